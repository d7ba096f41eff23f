package serverstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

const (
	collectionPath = "/elyra/metadata/runtime-images"
	schemaPath     = "/elyra/schema/runtime-images/runtime-image"
)

// Store keeps runtime images on a Jupyter Server. See the package's comment for
// the requests it makes.
type Store struct {
	client *client
	reads  *reads
	schema singleflight.Value[Schema]
}

var _ elyra.Store = (*Store)(nil)

// Close gives idle connections back.
func (s *Store) Close() { s.client.transport.CloseIdleConnections() }

// Endpoint is the server's base URL as the store uses it.
func (s *Store) Endpoint() string { return s.client.base.String() }

// Location is the instance's URL.
func (s *Store) Location(name string) string { return s.client.location(name) }

func (c *client) location(name string) string {
	return below(c.base, collectionPath).String() + "/" + segment(name)
}

// routable are the names that Elyra's routes lead to
// (Elyra's elyra/elyra_app.py, resource_regex, on the path as it is sent).
var routable = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// check refuses names that must not become part of a path.
func (s *Store) check(name string) error {
	switch {
	case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00"):
		return fmt.Errorf("no file can be named %q: %w", name, elyra.ErrNotFound)
	case !routable.MatchString(name):
		return &elyra.ReadOnlyError{
			Name: name, Location: s.Location(name),
			Reason: "has a name that Elyra lists, but that its REST endpoint cannot be asked for",
		}
	}
	return nil
}

func (s *Store) instanceRequest(method, name string, body []byte) request {
	return request{method: method, path: collectionPath + "/" + name, instance: name, body: body}
}

// Create implements [elyra.Store] with one POST. Where its answer leaves open
// whether it was carried out, the instance is read: equal to what was sent it
// counts as created, absent it is sent again if that may help, and anything else
// is an [elyra.ExistsError].
func (s *Store) Create(ctx context.Context, image elyra.RuntimeImage) (elyra.Instance, error) {
	// Without a name Elyra would make one up.
	if err := elyra.ValidateName(image.Name); err != nil {
		return elyra.Instance{}, err
	}
	if err := s.client.hanging(); err != nil {
		return elyra.Instance{}, err
	}
	defer s.reads.write(image.Name)()
	return s.create(ctx, image)
}

func (s *Store) create(ctx context.Context, image elyra.RuntimeImage) (elyra.Instance, error) {
	document := elyra.NewDocument(image)
	var so doubts
	for attempt := 0; ; attempt++ {
		instance, doubtful, err := s.post(ctx, image, document)
		so.carriedOut = so.carriedOut || doubtful
		so.underWay = so.underWay || doubtful && isLost(err)
		// A name that is taken may have been taken by an attempt that we do not
		// know to have been carried out, or by the same one delivered twice.
		if err == nil || !so.carriedOut && !errors.Is(err, elyra.ErrExists) {
			return instance, err
		}
		if ctx.Err() != nil {
			return elyra.Instance{}, uncertain(so.carriedOut, err)
		}
		instance, absent, err2 := s.settle(ctx, image.Name, document, so, err)
		if !absent {
			return instance, err2
		}
		if attempt >= s.client.maxRetries || !s.client.mayPass(err) {
			return elyra.Instance{}, uncertain(so.underWay, err)
		}
		if !sleep(ctx, s.client.backoff(attempt)) {
			return elyra.Instance{}, uncertain(so.underWay, ctx.Err())
		}
	}
}

// doubts are what the attempts of a creation leave open.
type doubts struct {
	// carriedOut: one of them may have been carried out.
	carriedOut bool
	// underWay: one of them may yet be: a proxy gave up on it.
	underWay bool
}

// settle looks what is there after a creation that failed with err. Absent reports
// that nothing is; otherwise the other results are those of the creation.
func (s *Store) settle(ctx context.Context, name string, document elyra.Document, so doubts, err error) (instance elyra.Instance, absent bool, _ error) {
	found, lookErr := s.look(ctx, name)
	switch {
	case lookErr == nil && so.carriedOut && found.Document.Equal(document):
		return found, false, nil
	case lookErr == nil, errors.As(lookErr, new(*elyra.InvalidError)):
		return elyra.Instance{}, false, s.taken(err, name, found.Document, document)
	case errors.Is(lookErr, elyra.ErrNotFound):
		return elyra.Instance{}, true, nil
	case s.isShut(ctx, name, err, lookErr):
		return elyra.Instance{}, false, uncertain(so.underWay, err)
	case !so.carriedOut: // taken: by a stranger, or by our own request, delivered twice
		return elyra.Instance{}, false, uncertain(true, fmt.Errorf("%s; and reading it failed: %w", err.Error(), lookErr))
	default:
		return elyra.Instance{}, false, uncertain(true, fmt.Errorf("%w; and reading it failed, too: %w", err, lookErr))
	}
}

// taken is the error of a creation that finds another instance in its place, or
// one that it cannot tell from its own.
func (s *Store) taken(err error, name string, found, sent elyra.Document) error {
	var exists *elyra.ExistsError
	if errors.As(err, &exists) {
		exists.Identical = !found.IsZero() && found.Equal(sent)
		return err
	}
	return fmt.Errorf("the server's answer was lost, and what it has under that name now is not what was sent: %w",
		&elyra.ExistsError{Name: name, Location: s.Location(name), Writable: true})
}

// uncertain is the error of a creation that may have been carried out, if there
// is doubt about that.
func uncertain(doubt bool, err error) error {
	if !doubt {
		return err
	}
	return fmt.Errorf("%w: %w", elyra.ErrUncertain, err)
}

// isLost reports whether a request may still be under way.
func isLost(err error) bool {
	var fault *Error
	return errors.As(err, &fault) && fault.Kind.row().passing && fault.Kind != KindThrottled
}

// isShut reports whether all requests are turned away in one manner before the
// server looks at them: then the first one was not carried out either.
func (s *Store) isShut(ctx context.Context, name string, first, second error) bool {
	isSame := func(other error) bool {
		var a, b *Error
		return errors.As(first, &a) && errors.As(other, &b) && a.Kind == b.Kind && a.Kind.row().door
	}
	for range 2 {
		if !isSame(second) {
			return false
		}
		_, second = s.look(ctx, name)
	}
	return isSame(second)
}

// post sends one POST. It succeeds where Elyra itself says that it made this
// instance: a server's schema may add to the document.
func (s *Store) post(ctx context.Context, image elyra.RuntimeImage, document elyra.Document) (instance elyra.Instance, doubtful bool, err error) {
	a, doubtful, err := s.client.do(ctx, request{
		method: http.MethodPost, path: collectionPath, instance: image.Name, body: withName(image.Name, document),
	})
	if err != nil {
		return elyra.Instance{}, doubtful, err
	}
	instance, err = s.instance(a, image.Name)
	if err == nil && (a.status != http.StatusCreated || !instance.Equal(image)) {
		err = s.client.unexpected(a)
	}
	return instance, err != nil, err
}

// withName is the body of a POST.
func withName(name string, document elyra.Document) []byte {
	quoted, _ := json.Marshal(name) // a string
	// A document has at least its three required keys.
	return slices.Concat([]byte(`{"name":`), quoted, []byte{','}, document.Compact()[1:])
}

// Get implements [elyra.Store] with one GET.
func (s *Store) Get(ctx context.Context, name string) (elyra.Instance, error) {
	if err := s.client.hopeless(); err != nil {
		return elyra.Instance{}, err
	}
	return s.look(ctx, name)
}

// Refresh implements [elyra.Store]: calls that overlap, or follow each other
// within a second, share one list. A name that it lacks, and one that this
// process has written since, is asked for by itself.
func (s *Store) Refresh(ctx context.Context, name string) (elyra.Instance, error) {
	instance, found, err := s.reads.one(ctx, name)
	if err != nil || found {
		return instance, err
	}
	return s.Get(ctx, name)
}

// Peek implements [elyra.Store]. A server that saves an instance answers when it is done.
func (s *Store) Peek(ctx context.Context, name string) (elyra.Instance, error) {
	return s.Get(ctx, name)
}

// look asks what is there, however often the server has failed just now.
func (s *Store) look(ctx context.Context, name string) (elyra.Instance, error) {
	if err := s.check(name); err != nil {
		return elyra.Instance{}, err
	}
	a, _, err := s.client.do(ctx, s.instanceRequest(http.MethodGet, name, nil))
	if err != nil {
		return elyra.Instance{}, err
	}
	return s.instance(a, name)
}

// Update implements [elyra.Store]: it reads the instance, puts the image's
// fields into its document, and writes that back.
//
// An invalid instance is deleted and recreated, for Elyra replaces none. Its
// old content is lost, keys of others included: Elyra tells only why it is
// invalid, not what it holds. Nothing is deleted unless the new document is
// valid, and once it is deleted, cancelling the context no longer stops the
// creation. Where Elyra cannot delete it either (broken JSON, an unknown schema,
// a protected place), Update fails with an [elyra.ReadOnlyError].
func (s *Store) Update(ctx context.Context, image elyra.RuntimeImage) (elyra.Instance, error) {
	if err := s.client.hanging(); err != nil {
		return elyra.Instance{}, err
	}
	defer s.reads.write(image.Name)()
	current, err := s.look(ctx, image.Name)
	if errors.As(err, new(*elyra.InvalidError)) {
		return s.repair(ctx, image)
	}
	if err != nil {
		return elyra.Instance{}, err
	}
	return s.put(ctx, image, current.Document)
}

func (s *Store) put(ctx context.Context, image elyra.RuntimeImage, current elyra.Document) (elyra.Instance, error) {
	document := current.With(image)
	a, doubtful, err := s.client.do(ctx, s.instanceRequest(http.MethodPut, image.Name, document.Compact()))
	if err == nil {
		instance, err2 := s.instance(a, image.Name)
		if err2 == nil && a.status == http.StatusOK && instance.Equal(image) {
			return instance, nil
		}
		doubtful, err = true, s.client.unexpected(a)
	}
	if doubtful && ctx.Err() == nil {
		if found, lookErr := s.look(ctx, image.Name); lookErr == nil && found.Document.Equal(document) {
			return found, nil
		}
	}
	return elyra.Instance{}, err
}

func (s *Store) repair(ctx context.Context, image elyra.RuntimeImage) (elyra.Instance, error) {
	document := elyra.NewDocument(image)
	if _, err := document.Image(image.Name); err != nil {
		return elyra.Instance{}, err
	}
	// Elyra would take the name from the file, but a POST has to pass its rule.
	if err := elyra.ValidateName(image.Name); err != nil {
		return elyra.Instance{}, &elyra.ReadOnlyError{
			Name: image.Name, Location: s.Location(image.Name),
			Reason: "is invalid, and has a name that Elyra does not save: it can be deleted, not repaired",
		}
	}
	_, err := s.remove(ctx, image.Name)
	var invalid *elyra.InvalidError
	switch {
	case errors.As(err, &invalid):
		return elyra.Instance{}, &elyra.ReadOnlyError{
			Name: image.Name, Location: s.Location(image.Name),
			Reason: fmt.Sprintf("is broken in a way in which Elyra neither replaces nor deletes it (%s): remove its file, metadata/runtime-images/%s.json, from %s", invalid.Reason(), image.Name, s.brokenLevel(ctx, image.Name)),
		}
	case err != nil && !errors.Is(err, elyra.ErrNotFound):
		return elyra.Instance{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.client.timeout)
	defer cancel()
	instance, err := s.create(ctx, image)
	if errors.Is(err, elyra.ErrExists) {
		// It hid another one, which is there to be updated now.
		if revealed, err := s.look(ctx, image.Name); err == nil {
			return s.put(ctx, image, revealed.Document)
		}
	}
	if err != nil {
		return elyra.Instance{}, fmt.Errorf("the invalid instance was deleted, and recreating it failed: %w", err)
	}
	return instance, nil
}

// brokenLevel says in which directory of the server's search path the file is
// that Elyra cannot load. Elyra fails on a broken one on any level, but lists the
// nearest one that it can load.
func (s *Store) brokenLevel(ctx context.Context, name string) string {
	all, err := s.reads.all(ctx)
	if err == nil && slices.ContainsFunc(all, func(i elyra.Instance) bool { return i.Name == name }) {
		return "another directory of the server's search path than the one of the instance that Elyra lists, which is in order"
	}
	return "the directory of the server's search path that has it; \"jupyter --paths\" on the server shows them, the data directories first"
}

// Delete implements [elyra.Store] with one DELETE, which is done where Elyra says
// so with its 204. Where an answer leaves open whether it was carried out,
// finding nothing means that it was, and so does finding a protected instance:
// the deleted one hid it.
func (s *Store) Delete(ctx context.Context, name string) (elyra.Deletion, error) {
	if err := s.client.hanging(); err != nil {
		return elyra.Deletion{}, err
	}
	defer s.reads.write(name)()
	return s.remove(ctx, name)
}

func (s *Store) remove(ctx context.Context, name string) (elyra.Deletion, error) {
	if err := s.check(name); err != nil {
		return elyra.Deletion{}, err
	}
	a, doubtful, err := s.client.do(ctx, s.instanceRequest(http.MethodDelete, name, nil))
	if err == nil && a.status != http.StatusNoContent {
		doubtful, err = true, s.client.unexpected(a)
	}
	if err == nil || !doubtful {
		return elyra.Deletion{}, err
	}
	var fault *Error
	if errors.As(err, &fault) && fault.Kind == KindProtected {
		return elyra.Deletion{Revealed: s.Location(name)}, nil
	}
	gone := err
	if !errors.Is(gone, elyra.ErrNotFound) && ctx.Err() == nil {
		_, gone = s.look(ctx, name)
	}
	if errors.Is(gone, elyra.ErrNotFound) {
		return elyra.Deletion{}, nil
	}
	return elyra.Deletion{}, err
}

// List implements [elyra.Store] with one GET. Elyra's endpoint leaves invalid
// instances out of its list, whatever it is asked; Get finds one by its name.
func (s *Store) List(ctx context.Context, _ bool) ([]elyra.Instance, error) { return s.reads.all(ctx) }

// ListBeyond implements [elyra.Store]: a server does not tell levels apart.
func (s *Store) ListBeyond(context.Context) ([]elyra.Instance, error) { return nil, nil }

// fetchList asks for all instances.
func (s *Store) fetchList(ctx context.Context) (map[string]elyra.Instance, error) {
	if err := s.client.hopeless(); err != nil {
		return nil, err
	}
	a, _, err := s.client.do(ctx, request{method: http.MethodGet, path: collectionPath})
	if err != nil {
		return nil, err
	}
	var wire struct {
		Instances *[]json.RawMessage `json:"runtime-images"`
	}
	if !a.isJSON() || json.Unmarshal(elyra.FromPython(a.body), &wire) != nil || wire.Instances == nil {
		return nil, s.client.unexpected(a)
	}
	instances := make(map[string]elyra.Instance, len(*wire.Instances))
	for _, raw := range *wire.Instances {
		instance, err := s.decode(raw)
		if err != nil {
			return nil, s.client.unexpected(a)
		}
		instances[instance.Name] = instance
	}
	return instances, nil
}

// instance decodes the answer about the instance of that name.
func (s *Store) instance(a *answer, name string) (elyra.Instance, error) {
	if !a.isJSON() {
		return elyra.Instance{}, s.client.unexpected(a)
	}
	instance, err := s.decode(elyra.FromPython(a.body))
	if err != nil || instance.Name != name {
		return elyra.Instance{}, s.client.unexpected(a)
	}
	return instance, nil
}

// errNotElyra says that JSON is not an instance as Elyra sends it.
var errNotElyra = errors.New("not an instance")

// decode reads an instance as Elyra sends it. Elyra sends valid ones alone, so
// that what our own reading of its schema would refuse counts as valid: this
// server's Elyra may be newer.
func (s *Store) decode(raw []byte) (elyra.Instance, error) {
	var wire struct {
		Name        string          `json:"name"`
		DisplayName json.RawMessage `json:"display_name"`
		Metadata    json.RawMessage `json:"metadata"`
		SchemaName  string          `json:"schema_name"`
	}
	if json.Unmarshal(raw, &wire) != nil || wire.Name == "" || wire.SchemaName != elyra.SchemaName ||
		len(wire.Metadata) == 0 || wire.Metadata[0] != '{' {
		return elyra.Instance{}, errNotElyra
	}
	// The name is the file's, not the document's.
	document, err := elyra.ParseDocument(slices.Concat(
		[]byte(`{"display_name":`), wire.DisplayName, []byte(`,"metadata":`), wire.Metadata, []byte(`,"schema_name":"`+elyra.SchemaName+`"}`)))
	if err != nil {
		return elyra.Instance{}, errNotElyra
	}
	image, _ := document.Image(wire.Name)
	return elyra.Instance{RuntimeImage: image, Location: s.Location(wire.Name), Writable: true, Document: document}, nil
}
