package filestore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// The modes that Elyra itself creates files and directories with.
const (
	elyraFilePermission      fs.FileMode = 0o600
	elyraDirectoryPermission fs.FileMode = 0o700
)

// Config says where instances live and how new files are made.
type Config struct {
	// DataDirs are Jupyter data directories, nearest first; at least one. The
	// first is written to, and created if it's missing.
	DataDirs []string
	// FactoryDir is the data directory of the Python that runs Elyra, if
	// [SearchPath] knows it. Others are recognized by the Elyra that is installed
	// next to them.
	FactoryDir string
	// FilePermission and DirectoryPermission are the modes of created files and
	// directories, whatever the umask. Zero means Elyra's own. A new directory
	// keeps the set-group-ID bit that it inherits.
	FilePermission      fs.FileMode
	DirectoryPermission fs.FileMode
}

// Store is an [elyra.Store] on Jupyter data directories.
type Store struct {
	kind    *elyra.Kind
	config  Config
	dirs    []string // of instances, nearest first
	origins []elyra.Origin
	clean   sync.Once // the first write removes leftovers
}

var _ elyra.Store = (*Store)(nil)

// New returns a store of instances of a kind. It looks which directories belong to an Elyra.
func New(kind *elyra.Kind, config Config) *Store {
	s := &Store{kind: kind, config: config}
	for level, dir := range config.DataDirs {
		s.dirs = append(s.dirs, instancesDir(kind, dir))
		s.origins = append(s.origins, levelOrigin(config, level))
	}
	return s
}

// Of implements [elyra.Store].
func (s *Store) Of(kind *elyra.Kind) elyra.Store { return New(kind, s.config) }

// instancesDir returns the directory of a kind's instances below a data directory.
func instancesDir(kind *elyra.Kind, dataDir string) string {
	return filepath.Join(dataDir, "metadata", kind.Schemaspace)
}

// Location returns the path of the file that Create would make for name.
func (s *Store) Location(name string) string { return s.path(0, name) }

// IsLocal implements [elyra.Store].
func (s *Store) IsLocal() bool { return true }

// Properties implements [elyra.Store].
func (s *Store) Properties(context.Context, string) (map[string][]any, error) {
	return nil, errors.ErrUnsupported
}

// Create writes a new file. See the package comment.
func (s *Store) Create(ctx context.Context, name string, document elyra.Document) (created elyra.Instance, err error) {
	if err := cmp.Or(ctx.Err(), elyra.ValidateName(name)); err != nil {
		return created, err
	}
	switch level, err := s.find(name); {
	case err == nil:
		return created, s.existsError(level, name)
	case !errors.Is(err, elyra.ErrNotFound):
		return created, err
	}
	data, err := s.encode(document)
	if err != nil {
		return created, err
	}
	if err := s.createFile(name, data); err != nil {
		return created, err
	}
	return s.instance(0, name, data)
}

// Get reads the nearest file of that name. To find out whether a missing file is
// being saved, it reads the directory's names. A [elyra.Glance] doesn't.
func (s *Store) Get(ctx context.Context, name string, freshness elyra.Freshness) (found elyra.Instance, err error) {
	_, found, err = s.nearest(ctx, name, freshness)
	return found, err
}

// Update rewrites the file in its place, or writes a copy into the first directory
// if the instance lives in a later one.
func (s *Store) Update(ctx context.Context, name string, expected elyra.Precondition, edit func(elyra.Document) elyra.Document) (updated elyra.Instance, err error) {
	if err := elyra.ValidateName(name); err != nil {
		return updated, err
	}
	level, found, err := s.expect(ctx, name, expected)
	if err != nil {
		return updated, err
	}
	data, err := s.encode(edit(found.Document))
	if err != nil {
		return updated, err
	}
	if level > 0 {
		err = s.createFile(name, data)
	} else {
		err = s.replaceFile(name, data, func() error {
			_, _, err := s.expect(ctx, name, func(now elyra.Instance) bool {
				return now.Location == found.Location && now.Digest() == found.Digest()
			})
			return err
		})
	}
	exists, ok := errors.AsType[*elyra.ExistsError](err)
	switch {
	case ok:
		return updated, &elyra.ChangedError{Found: exists.Found}
	case level == 0 && errors.Is(err, fs.ErrNotExist):
		return updated, fmt.Errorf("%w: %s", elyra.ErrNotFound, err.Error()) // not fs.ErrNotExist as well
	case err != nil:
		return updated, err
	}
	return s.instance(0, name, data)
}

// Delete removes the file. It removes a symbolic link, never what the link points
// to.
func (s *Store) Delete(ctx context.Context, name string, expected elyra.Precondition) (revealed string, err error) {
	level, found, err := s.expect(ctx, name, expected)
	if level > 0 {
		err = &elyra.ReadOnlyError{Name: name, Location: found.Location, Reason: "lives outside " + s.dirs[0] + ", the only directory that is written to"}
	}
	if err != nil {
		return "", err
	}
	if err := s.removeFile(name); err != nil {
		return "", err
	}
	if level, err := s.find(name); err == nil {
		revealed = s.path(level, name)
	}
	return revealed, nil
}

// expect finds and reads an instance that is to be replaced or removed. It fails if
// the instance isn't the expected one, or is a link that can't be replaced.
func (s *Store) expect(ctx context.Context, name string, expected elyra.Precondition) (level int, found elyra.Instance, err error) {
	level, found, err = s.nearest(ctx, name, elyra.Current)
	switch {
	case err != nil && !errors.As(err, new(*elyra.InvalidError)):
	case level == 0 && !found.Writable:
		err = &elyra.ReadOnlyError{Name: name, Location: found.Location, Reason: "is a symbolic link in a directory that can't be written, as in a mounted ConfigMap"}
	case !expected.Accepts(found):
		err = &elyra.ChangedError{Found: found}
	default:
		err = nil
	}
	return level, found, err
}

// List reads all directories as FileMetadataStore.fetch_instances does: a file
// that can't even be loaded hides one of the same name in a later directory only
// if invalid instances are asked for.
func (s *Store) List(ctx context.Context, options elyra.ListOptions) ([]elyra.Instance, error) {
	first := 0
	if options.Later {
		first = 1
	}
	byName := map[string]elyra.Instance{}
	for level := len(s.dirs) - 1; level >= first; level-- {
		names, err := s.names(level)
		if err != nil {
			return nil, err
		}
		for _, instance := range s.readAll(ctx, level, names) {
			if errors.Is(instance.Invalid, elyra.ErrNotFound) {
				continue // removed since the directory was read
			}
			invalid, ok := errors.AsType[*elyra.InvalidError](instance.Invalid)
			if isLoaded := instance.Invalid == nil || ok && !invalid.Unloadable; isLoaded || options.Invalid {
				byName[instance.Name] = instance
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	instances := make([]elyra.Instance, 0, len(byName))
	for _, instance := range byName {
		if instance.Invalid != nil && !options.Invalid {
			continue
		}
		if level, err := s.find(instance.Name); options.Later && err == nil && level == 0 {
			continue
		}
		instances = append(instances, instance)
	}
	slices.SortFunc(instances, func(a, b elyra.Instance) int { return strings.Compare(a.Name, b.Name) })
	return instances, nil
}

// names returns the names of a level's instances, including those that are being
// saved.
func (s *Store) names(level int) ([]string, error) {
	entries, err := os.ReadDir(s.dirs[level])
	if isAbsent(err) || s.isSkipped(level, err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		name, ok := instanceName(entry.Name())
		if !ok {
			name, ok = savedName(entry.Name())
		}
		if ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// readAll reads instances, several at a time, each with its error as Invalid. If
// the context ends, it returns only some of them.
func (s *Store) readAll(ctx context.Context, level int, names []string) []elyra.Instance {
	instances := make([]elyra.Instance, len(names))
	readers := runtime.GOMAXPROCS(0)
	read := func(first int) {
		for i := first; i < len(names) && ctx.Err() == nil; i += readers {
			waitForSave(ctx, func() (saving bool) {
				instances[i], instances[i].Invalid = s.read(level, names[i])
				return s.isSaving(level, names[i], instances[i].Invalid)
			})
		}
	}
	var others sync.WaitGroup
	for first := 1; first < readers; first++ {
		others.Go(func() { read(first) })
	}
	read(0)
	others.Wait()
	return instances
}

// isSkipped reports whether an error makes the store skip a level, as Elyra does:
// a directory after the first one that this user may not enter.
func (s *Store) isSkipped(level int, err error) bool {
	return level > 0 && errors.Is(err, fs.ErrPermission)
}

// Unreadable returns the directories of the search path that are skipped because
// this user may not enter them.
func (s *Store) Unreadable() (dirs []string) {
	for level, dir := range s.dirs {
		_, err := os.ReadDir(dir)
		if s.isSkipped(level, err) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// nearest finds and reads an instance, and returns its level too. An InvalidError
// comes with what could be read.
func (s *Store) nearest(ctx context.Context, name string, freshness elyra.Freshness) (level int, found elyra.Instance, err error) {
	if err := ctx.Err(); err != nil {
		return 0, elyra.Instance{}, err
	}
	waitForSave(ctx, func() (saving bool) {
		if level, err = s.find(name); err == nil {
			found, err = s.read(level, name)
		}
		// While an instance is being saved, one that it hides shows through.
		return freshness != elyra.Glance && (level > 0 && isBeingSaved(s.dirs[0], name) || s.isSaving(level, name, err))
	})
	return level, found, err
}

// find returns the nearest level that has an instance of that name, or
// ErrNotFound. If it can't look somewhere, that's an error, never "not found",
// except for directories that it skips.
func (s *Store) find(name string) (level int, err error) {
	file := fileName(name)
	if !filepath.IsLocal(file) || filepath.Base(file) != file {
		return 0, fmt.Errorf("%q can't be the name of a file: %w", name, elyra.ErrNotFound)
	}
	for level := range s.dirs {
		switch info, err := os.Lstat(s.path(level, name)); {
		case err == nil && !info.IsDir():
			return level, nil
		case err == nil && level == 0:
			return 0, fmt.Errorf("%s is a directory, not a file", s.path(level, name))
		case err != nil && !isAbsent(err) && !s.isSkipped(level, err):
			return 0, err
		}
	}
	return 0, elyra.ErrNotFound
}

// read reads the instance of that name at that level. An InvalidError comes with
// what could be read.
func (s *Store) read(level int, name string) (elyra.Instance, error) {
	data, link, err := readFile(s.path(level, name))
	instance := s.empty(level, name)
	if invalid, ok := errors.AsType[*elyra.InvalidError](err); ok { // a link to no file
		invalid.Name, invalid.Location = name, instance.Location
		instance.Unparsed = invalid.Reason()
	}
	if err == nil {
		instance, err = s.instance(level, name, data)
	}
	if link && level == 0 {
		instance.Writable = isWritable(s.dirs[0])
	}
	return instance, err
}

// empty is an instance at that level whose content isn't known.
func (s *Store) empty(level int, name string) elyra.Instance {
	return elyra.Instance{Name: name, Location: s.path(level, name), Writable: level == 0, Origin: s.origins[level]}
}

// instance is the instance of a file at that level with that content.
func (s *Store) instance(level int, name string, data []byte) (elyra.Instance, error) {
	instance := s.empty(level, name)
	var err error
	if instance.Document, err = elyra.ParseDocument(data); err != nil {
		instance.Unparsed = string(data)
	} else {
		err = s.kind.Check(instance.Document)
	}
	if invalid, ok := errors.AsType[*elyra.InvalidError](err); ok {
		invalid.Name, invalid.Location = name, instance.Location
	}
	if level == 0 {
		instance.Modes = s.modeDrift(instance.Location)
	}
	return instance, err
}

// encode returns the content of a document's file. It refuses what the store would
// never read again.
func (s *Store) encode(document elyra.Document) ([]byte, error) {
	if err := s.kind.Check(document); err != nil {
		return nil, err
	}
	data := document.Encode()
	if len(data) > maxDocumentSize {
		return nil, fmt.Errorf("its document has %d bytes; more than %d are never read", len(data), maxDocumentSize)
	}
	return data, nil
}

func (s *Store) path(level int, name string) string {
	return filepath.Join(s.dirs[level], fileName(name))
}

// existsError is the error of a creation that finds an instance on that level.
func (s *Store) existsError(level int, name string) error {
	found, _ := s.read(level, name) // as far as it can be read
	return &elyra.ExistsError{Found: found}
}
