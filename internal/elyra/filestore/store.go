package filestore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// The modes that Elyra itself creates files and directories with.
const (
	DefaultFilePermission      fs.FileMode = 0o600
	DefaultDirectoryPermission fs.FileMode = 0o700
)

const (
	extension = ".json"

	// maxDocumentSize bounds what is read of one file, in bytes. Real documents
	// have some hundred.
	maxDocumentSize = 4 << 20
)

// Config says where runtime images live and how new files are made.
type Config struct {
	// DataDirs are Jupyter data directories, nearest first; at least one. The
	// first is written to, and created where missing.
	DataDirs []string
	// FactoryDir is the data directory of the Python that runs Elyra, where
	// [FactoryDir] knows it. Others are recognised by the Elyra that is installed
	// beside them.
	FactoryDir string
	// FilePermission and DirectoryPermission are the modes of created files and
	// directories, whatever the umask. Zero means Elyra's own.
	FilePermission      fs.FileMode
	DirectoryPermission fs.FileMode
}

// Store is an [elyra.Store] on Jupyter data directories.
type Store struct {
	dirs          []string // of instances, nearest first
	origins       []func() elyra.Origin
	fileMode      fs.FileMode
	directoryMode fs.FileMode
	// asked is the configuration, for the modes that it asks for.
	asked Config
	clean sync.Once // the first write removes leftovers
}

var _ elyra.Store = (*Store)(nil)

// New returns a store. It does no I/O.
func New(config Config) *Store {
	s := &Store{
		fileMode:      cmp.Or(config.FilePermission, DefaultFilePermission),
		directoryMode: cmp.Or(config.DirectoryPermission, DefaultDirectoryPermission),
		asked:         config,
	}
	for level, dir := range config.DataDirs {
		s.dirs = append(s.dirs, filepath.Join(dir, "metadata", "runtime-images"))
		s.origins = append(s.origins, levelOrigin(config, level))
	}
	return s
}

// Location returns the path of the file that Create would make for name.
func (s *Store) Location(name string) string { return filepath.Join(s.dirs[0], fileName(name)) }

// Traits implements [elyra.Store].
func (s *Store) Traits() elyra.Traits {
	return elyra.Traits{ListsInvalid: true, ReadsInvalid: true, RepairsBroken: true, KnowsLevels: true, ReadsCheaply: true}
}

// Supports implements [elyra.Store]. Files do not tell which Elyra reads them; a
// current one knows all that this provider writes.
func (s *Store) Supports(context.Context, string) (bool, error) { return true, nil }

// Create writes a new file, see the package comment.
func (s *Store) Create(ctx context.Context, image elyra.RuntimeImage) (elyra.Instance, error) {
	fail := func(err error) (elyra.Instance, error) {
		return elyra.Instance{}, fmt.Errorf("create runtime image %q: %w", image.Name, err)
	}
	if err := cmp.Or(ctx.Err(), elyra.ValidateName(image.Name)); err != nil {
		return fail(err)
	}
	switch level, err := s.find(image.Name); {
	case err == nil:
		return fail(s.taken(image, level))
	case !errors.Is(err, elyra.ErrNotFound):
		return fail(err)
	}
	data := elyra.NewDocument(image).Encode()
	if err := tooLarge(data); err != nil {
		return fail(err)
	}
	if err := s.createFile(image.Name, data); err != nil {
		return fail(err)
	}
	return s.instance(0, image.Name, data)
}

// Get reads the nearest file of that name.
func (s *Store) Get(ctx context.Context, name string) (elyra.Instance, error) {
	fail := func(instance elyra.Instance, err error) (elyra.Instance, error) {
		return instance, fmt.Errorf("read runtime image %q: %w", name, err)
	}
	if err := ctx.Err(); err != nil {
		return fail(elyra.Instance{}, err)
	}
	level, err := s.findSettled(ctx, name)
	if err != nil {
		return fail(elyra.Instance{}, err)
	}
	instance, err := s.readSettled(ctx, level, name)
	if err != nil {
		return fail(instance, err)
	}
	return instance, nil
}

// Refresh implements [elyra.Store]: files are read again each time.
func (s *Store) Refresh(ctx context.Context, name string) (elyra.Instance, error) {
	return s.Get(ctx, name)
}

// Peek implements [elyra.Store]. To find out whether a missing file is being saved takes a look at
// all names in its directory, which is too much for each of many files that are to be created.
func (s *Store) Peek(ctx context.Context, name string) (elyra.Instance, error) {
	level, err := s.find(name)
	if err = cmp.Or(ctx.Err(), err); err != nil {
		return elyra.Instance{}, fmt.Errorf("read runtime image %q: %w", name, err)
	}
	instance, err := s.read(level, name)
	if err != nil {
		return instance, fmt.Errorf("read runtime image %q: %w", name, err)
	}
	return instance, nil
}

// Update rewrites the file in its place, or writes a copy into the first
// directory where the instance lives further away.
func (s *Store) Update(ctx context.Context, image elyra.RuntimeImage) (elyra.Instance, error) {
	fail := func(err error) (elyra.Instance, error) {
		return elyra.Instance{}, fmt.Errorf("update runtime image %q: %w", image.Name, err)
	}
	if err := cmp.Or(ctx.Err(), elyra.ValidateName(image.Name)); err != nil {
		return fail(err)
	}
	level, err := s.findSettled(ctx, image.Name)
	if err != nil {
		return fail(s.withDirectory(err))
	}
	var invalid *elyra.InvalidError
	instance, err := s.readSettled(ctx, level, image.Name)
	if err != nil && !errors.As(err, &invalid) {
		return fail(err)
	}
	data := instance.Document.With(image).Encode()
	if err := tooLarge(data); err != nil {
		return fail(err)
	}
	if level == 0 {
		err = s.replaceFile(image.Name, data)
	} else {
		err = s.createFile(image.Name, data)
	}
	if err != nil {
		return fail(err)
	}
	return s.instance(0, image.Name, data)
}

// Delete removes the file. A symbolic link is removed, never what it points to.
func (s *Store) Delete(ctx context.Context, name string) (elyra.Deletion, error) {
	fail := func(err error) (elyra.Deletion, error) {
		return elyra.Deletion{}, fmt.Errorf("delete runtime image %q: %w", name, err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	level, err := s.findSettled(ctx, name)
	if err != nil {
		return fail(err)
	}
	if level > 0 {
		return fail(&elyra.ReadOnlyError{
			Name:     name,
			Location: s.path(level, name),
			Reason:   "lives outside " + s.dirs[0] + ", the only directory that is written to",
		})
	}
	if err := s.removeFile(name); err != nil {
		return fail(err)
	}
	if level, err := s.find(name); err == nil {
		return elyra.Deletion{Revealed: s.path(level, name)}, nil
	}
	return elyra.Deletion{}, nil
}

// List reads all directories as FileMetadataStore.fetch_instances does: a file
// that cannot even be loaded hides one of the same name further away only where
// invalid instances are asked for.
func (s *Store) List(ctx context.Context, includeInvalid bool) ([]elyra.Instance, error) {
	return s.listFrom(ctx, 0, includeInvalid)
}

// ListBeyond implements [elyra.Store]. What has the name of a file in the first directory is hidden,
// whatever that file holds.
func (s *Store) ListBeyond(ctx context.Context) ([]elyra.Instance, error) {
	instances, err := s.listFrom(ctx, 1, false)
	return slices.DeleteFunc(instances, func(instance elyra.Instance) bool {
		level, err := s.find(instance.Name)
		return err == nil && level == 0
	}), err
}

// listFrom is List without the levels nearer than first.
func (s *Store) listFrom(ctx context.Context, first int, includeInvalid bool) ([]elyra.Instance, error) {
	byName := map[string]elyra.Instance{}
	for level := len(s.dirs) - 1; level >= first; level-- {
		names, err := s.names(level)
		if err != nil {
			return nil, fmt.Errorf("list runtime images: %w", err)
		}
		for _, instance := range s.readAll(ctx, level, names) {
			if errors.Is(instance.Invalid, elyra.ErrNotFound) {
				continue // removed since the directory was read
			}
			var invalid *elyra.InvalidError
			loaded := instance.Invalid == nil || errors.As(instance.Invalid, &invalid) && !invalid.Unloadable
			if loaded || includeInvalid {
				byName[instance.Name] = instance
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("list runtime images: %w", err)
		}
	}
	instances := make([]elyra.Instance, 0, len(byName))
	for _, instance := range byName {
		if includeInvalid || instance.Invalid == nil {
			instances = append(instances, instance)
		}
	}
	slices.SortFunc(instances, func(a, b elyra.Instance) int { return strings.Compare(a.Name, b.Name) })
	return instances, nil
}

// names returns the names that a level has, of instances that are being saved too.
func (s *Store) names(level int) ([]string, error) {
	entries, err := os.ReadDir(s.dirs[level])
	if isAbsent(err) || s.passesOver(level, err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if name, ok := instanceName(entry.Name()); ok {
			names = append(names, name)
		} else if name, ok := savedName(entry.Name()); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// readAll reads instances, several at a time, each with its error as Invalid. What it returns after
// the end of the context is not all of them.
func (s *Store) readAll(ctx context.Context, level int, names []string) []elyra.Instance {
	instances := make([]elyra.Instance, len(names))
	var next atomic.Int64
	read := func() {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= len(names) {
				return
			}
			instance, err := s.readSettled(ctx, level, names[i])
			instance.Invalid = err
			instances[i] = instance
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) - 1 {
		others.Go(read)
	}
	read()
	others.Wait()
	return instances
}

// passesOver reports whether a level is passed over for an error: a directory that may not be
// entered, further along than the one that is written to. Elyra passes it over, too.
func (s *Store) passesOver(level int, err error) bool {
	return level > 0 && errors.Is(err, fs.ErrPermission)
}

// Unreadable returns the directories along the search path that are passed over, since they may not
// be entered.
func (s *Store) Unreadable() (dirs []string) {
	for level, dir := range s.dirs {
		_, err := os.ReadDir(dir)
		if s.passesOver(level, err) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// find returns the nearest level that has an instance of that name, or
// ErrNotFound. What it cannot look at is an error, never "not found", but for
// directories that it passes over.
func (s *Store) find(name string) (level int, err error) {
	file := fileName(name)
	if !filepath.IsLocal(file) || filepath.Base(file) != file {
		return 0, fmt.Errorf("%q cannot be the name of a file: %w", name, elyra.ErrNotFound)
	}
	for level, dir := range s.dirs {
		switch _, err := os.Lstat(filepath.Join(dir, file)); {
		case err == nil:
			return level, nil
		case !isAbsent(err) && !s.passesOver(level, err):
			return 0, err
		}
	}
	return 0, elyra.ErrNotFound
}

// read reads the instance of that name at that level. An InvalidError comes
// beside what could be read.
func (s *Store) read(level int, name string) (elyra.Instance, error) {
	data, err := readFile(s.path(level, name))
	if err != nil {
		return s.empty(level, name), err
	}
	return s.instance(level, name, data)
}

// empty is an instance at that level of which nothing is known.
func (s *Store) empty(level int, name string) elyra.Instance {
	return elyra.Instance{
		RuntimeImage: elyra.RuntimeImage{Name: name},
		Location:     s.path(level, name),
		Writable:     level == 0,
		Origin:       s.origins[level](),
	}
}

// instance is what a file at that level with that content is.
func (s *Store) instance(level int, name string, data []byte) (elyra.Instance, error) {
	instance := s.empty(level, name)
	var err error
	if instance.Document, err = elyra.ParseDocument(data); err == nil {
		instance.RuntimeImage, err = instance.Document.Image(name)
	}
	var invalid *elyra.InvalidError
	if errors.As(err, &invalid) {
		invalid.Name, invalid.Location = name, instance.Location
	}
	if level == 0 {
		instance.Modes = s.modeDrift(instance.Location)
	}
	return instance, err
}

func (s *Store) path(level int, name string) string {
	return filepath.Join(s.dirs[level], fileName(name))
}

// taken is the error of a creation that finds an instance on that level.
func (s *Store) taken(image elyra.RuntimeImage, level int) error {
	exists := s.existsError(image.Name, level)
	if there, err := s.read(level, image.Name); err == nil && level == 0 {
		exists.Identical = there.Document.Equal(elyra.NewDocument(image))
	}
	return exists
}

// withDirectory tells of an instance that is gone because its directory is.
func (s *Store) withDirectory(err error) error {
	if _, statErr := os.Stat(s.dirs[0]); errors.Is(err, elyra.ErrNotFound) && isAbsent(statErr) {
		return fmt.Errorf("%w: the directory %s does not exist", err, s.dirs[0])
	}
	return err
}

func (s *Store) existsError(name string, level int) *elyra.ExistsError {
	return &elyra.ExistsError{Name: name, Location: s.path(level, name), Writable: level == 0, Origin: s.origins[level]()}
}

// readFile reads a regular file, following links.
func readFile(path string) ([]byte, error) {
	// Asked before opening: to open a named pipe would wait for its writer.
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if target, err := os.Readlink(path); err == nil {
			return nil, fmt.Errorf("%s is a symbolic link to %s, which does not exist", path, elyra.Printable(target))
		}
		return nil, fmt.Errorf("%s: %w", path, elyra.ErrNotFound)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, elyra.ErrNotFound) // removed in between
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocumentSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocumentSize {
		return nil, fmt.Errorf("%s has more than %d bytes, which is no runtime image", path, maxDocumentSize)
	}
	return data, nil
}

// isAbsent reports whether err means that the path, or a directory on the way to
// it, does not exist.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || isNotDirectory(err)
}

// fileName and instanceName convert between an instance's name and its file's,
// by the rule of Python's os.path.splitext: leading dots belong to the stem.
func fileName(name string) string {
	if strings.Trim(strings.TrimSuffix(name, extension), ".") == "" && strings.HasSuffix(name, extension) {
		return name
	}
	return name + extension
}

func instanceName(file string) (name string, ok bool) {
	stem, ok := strings.CutSuffix(file, extension)
	if ok && strings.Trim(stem, ".") == "" {
		return file, true
	}
	return stem, ok
}
