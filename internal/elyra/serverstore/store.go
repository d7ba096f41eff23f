package serverstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// Store keeps the instances of one kind on a Jupyter Server. See the package's
// comment for the requests it makes.
type Store struct {
	kind *elyra.Kind
	*server
	lists   lists
	schemas singleflight.Value[schemas]
}

var _ elyra.Store = (*Store)(nil)

// Close gives idle connections back.
func (s *Store) Close() { s.transport.CloseIdleConnections() }

// IsLocal implements [elyra.Store].
func (s *Store) IsLocal() bool { return false }

// Location is the instance's URL.
func (s *Store) Location(name string) string {
	return s.base.JoinPath(s.collection()).String() + "/" + url.PathEscape(name)
}

// collection is the path of all instances.
func (s *Store) collection() string { return "/elyra/metadata/" + s.kind.Schemaspace }

// Create implements [elyra.Store] with one POST. If its answer leaves open whether
// it was carried out, the store looks what is there.
func (s *Store) Create(ctx context.Context, name string, document elyra.Document) (elyra.Instance, error) {
	// Without a name, Elyra would make one up.
	if err := elyra.ValidateName(name); err != nil {
		return elyra.Instance{}, err
	}
	if err := s.isOpen(); err != nil {
		return elyra.Instance{}, err
	}
	defer s.endWrite(name)
	return s.create(ctx, name, document)
}

func (s *Store) create(ctx context.Context, name string, document elyra.Document) (elyra.Instance, error) {
	r := s.about(http.MethodPost, name, &document)
	r.path = s.collection()
	r.body = fmt.Appendf(nil, `{"name":%q,%s`, name, r.body[1:]) // a valid name needs no escapes
	created, err := s.write(ctx, r, &document, nil)
	if kindOf(err) == exists {
		if found, lookErr := s.look(ctx, name); lookErr == nil || isInvalid(lookErr) {
			err = &elyra.ExistsError{Found: found}
		}
	}
	return created, err
}

// Get implements [elyra.Store] with one GET. Other reads than Current that overlap,
// or follow each other soon, share one list. A name that this process has written
// since is asked for by itself, and so is one that the list lacks, except by a
// Glance: it may be invalid, which no list shows.
func (s *Store) Get(ctx context.Context, name string, freshness elyra.Freshness) (elyra.Instance, error) {
	if freshness != elyra.Current {
		listed, err := s.sharedList(ctx, name)
		instance, found := listed[name]
		switch {
		case found || err != nil:
			return instance, err
		case listed != nil && freshness == elyra.Glance:
			return elyra.Instance{}, fmt.Errorf("%q isn't listed: %w", name, elyra.ErrNotFound)
		}
	}
	if err := s.isOpen(); err != nil {
		return elyra.Instance{}, err
	}
	return s.look(ctx, name)
}

// routable are the names that Elyra's routes lead to
// (Elyra's elyra/elyra_app.py, resource_regex, on the path as it is sent).
var routable = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// look asks what is there, whatever the breaker says.
func (s *Store) look(ctx context.Context, name string) (elyra.Instance, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return elyra.Instance{}, fmt.Errorf("no file can be named %q: %w", name, elyra.ErrNotFound)
	}
	if !routable.MatchString(name) {
		listed, err := s.currentList(ctx)
		instance, found := listed[name]
		if !found && err == nil {
			err = fmt.Errorf("%q isn't in Elyra's list, and its REST endpoint can't be asked for such a name", name)
		}
		return instance, err
	}
	x := s.read(ctx, s.about(http.MethodGet, name, nil))
	if x.kind == nil {
		return x.instance, nil
	}
	err := &Error{x}
	var invalid *elyra.InvalidError
	if !errors.As(err, &invalid) {
		return elyra.Instance{}, err
	}
	found := s.unread(name)
	if found.Document = x.instance.Document; found.Document.IsZero() {
		found.Unparsed = invalid.Reason()
	}
	return found, err
}

// unread is an instance of which only name and place are known.
func (s *Store) unread(name string) elyra.Instance {
	return elyra.Instance{Name: name, Location: s.Location(name), Writable: true}
}

// List implements [elyra.Store] with one GET. The endpoint leaves invalid
// instances out, whatever it's asked, and doesn't distinguish levels.
func (s *Store) List(ctx context.Context, options elyra.ListOptions) ([]elyra.Instance, error) {
	if options.Later {
		return nil, nil
	}
	listed, err := s.currentList(ctx)
	instances := make([]elyra.Instance, 0, len(listed))
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		instances = append(instances, listed[name])
	}
	return instances, err
}

// Update implements [elyra.Store] with a GET and a PUT.
//
// Elyra replaces no invalid instance, so one is deleted and recreated. What others
// had added to it is lost, because Elyra doesn't show it. Nothing is deleted
// unless the new document is valid, and once it's deleted, canceling the context
// no longer stops the creation.
func (s *Store) Update(ctx context.Context, name string, expected elyra.Precondition, edit func(elyra.Document) elyra.Document) (elyra.Instance, error) {
	if err := s.isOpen(); err != nil {
		return elyra.Instance{}, err
	}
	defer s.endWrite(name)
	found, err := s.find(ctx, name, expected)
	var invalid *elyra.InvalidError
	switch isInvalid := errors.As(err, &invalid); {
	case err != nil && !isInvalid:
		return elyra.Instance{}, err
	case elyra.ValidateName(name) != nil:
		return elyra.Instance{}, s.readOnly(name, "has a name that Elyra reads but doesn't save: it can be deleted, not changed")
	case isInvalid && !found.Document.IsZero():
		return elyra.Instance{}, s.readOnly(name, "belongs to an extension of Elyra: "+invalid.Reason())
	}
	document := edit(found.Document)
	if err == nil {
		return s.write(ctx, s.about(http.MethodPut, name, &document), &document, expected)
	}
	if err := s.kind.Check(document); err != nil {
		return elyra.Instance{}, err
	}
	if _, err := s.remove(ctx, name, expected); err != nil && !errors.Is(err, elyra.ErrNotFound) {
		return elyra.Instance{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.RequestTimeout)
	defer cancel()
	created, err := s.create(ctx, name, document)
	if taken, ok := errors.AsType[*elyra.ExistsError](err); ok && !taken.Found.Document.IsZero() { // the invalid one hid it
		document = edit(taken.Found.Document)
		return s.write(ctx, s.about(http.MethodPut, name, &document), &document, nil)
	}
	if err != nil {
		err = fmt.Errorf("the invalid instance was deleted, and recreating it failed: %w", err)
	}
	return created, err
}

// find looks for an instance that is about to be written. It fails with a
// [elyra.ChangedError] if it isn't what is expected, and with an
// [elyra.ReadOnlyError] if the server can't change it. If it's invalid, it's returned
// next to the error.
func (s *Store) find(ctx context.Context, name string, expected elyra.Precondition) (elyra.Instance, error) {
	found, err := s.look(ctx, name)
	var invalid *elyra.InvalidError
	switch isInvalid := errors.As(err, &invalid); {
	case err != nil && !isInvalid:
		return elyra.Instance{}, err
	case kindOf(err) == unloadable, kindOf(err) == otherSchema && found.Document.IsZero(): // whatever was expected
		return elyra.Instance{}, s.readOnly(name, fmt.Sprintf(
			"is broken in a way in which Elyra neither replaces nor deletes it (%s): remove its file, metadata/%s/%s.json, from the server's Jupyter data directory (\"jupyter --paths\" on the server lists the directories that it may be in)",
			invalid.Reason(), s.kind.Schemaspace, name))
	case !expected.Accepts(found):
		return elyra.Instance{}, &elyra.ChangedError{Found: found}
	case !routable.MatchString(name):
		return elyra.Instance{}, s.readOnly(name, "has a name that Elyra's REST endpoint can't be asked for")
	default:
		return found, err
	}
}

// readOnly is the error of writing to an instance that Elyra doesn't let us write to.
func (s *Store) readOnly(name, reason string) error {
	return &elyra.ReadOnlyError{Name: name, Location: s.Location(name), Reason: reason}
}

// Delete implements [elyra.Store] with a GET and a DELETE. If the instance left is one
// that the deleted one hid, it's done.
func (s *Store) Delete(ctx context.Context, name string, expected elyra.Precondition) (revealed string, err error) {
	if err := s.isOpen(); err != nil {
		return "", err
	}
	defer s.endWrite(name)
	if _, err := s.find(ctx, name, expected); err != nil && !isInvalid(err) {
		return "", err
	}
	return s.remove(ctx, name, expected)
}

func (s *Store) remove(ctx context.Context, name string, expected elyra.Precondition) (revealed string, err error) {
	left, err := s.write(ctx, s.about(http.MethodDelete, name, nil), nil, expected)
	if kindOf(err) == protected { // delivered twice, it's refused for what the deleted one hid
		if found, lookErr := s.look(ctx, name); lookErr == nil && !expected.Accepts(found) {
			return found.Location, nil
		}
	}
	return left.Location, err
}

// write sends a request that changes something until it's clear what came of it.
// Wanted is what is there when it's done; nil is nothing. It returns what is there
// if it's done.
func (s *Store) write(ctx context.Context, r request, wanted *elyra.Document, expected elyra.Precondition) (elyra.Instance, error) {
	var inDoubt bool  // an attempt may have been carried out
	var underWay bool // an attempt may yet be: a proxy gave up on it
	for attempt := 0; ; attempt++ {
		x := s.attempt(ctx, r)
		if x.kind == nil {
			return x.instance, nil
		}
		inDoubt = inDoubt || x.inDoubt()
		underWay = underWay || r.method == http.MethodPost && x.inDoubt() && x.kind.is(transient) && x.kind != throttled
		if inDoubt && ctx.Err() == nil {
			if found, done, err := s.resolve(ctx, r, x, wanted, expected); done || err != nil {
				return found, err
			}
		}
		if s.again(ctx, x, attempt) {
			continue
		}
		if underWay || inDoubt && ctx.Err() != nil {
			return elyra.Instance{}, fmt.Errorf("%w: %w", elyra.ErrOutcomeUnknown, &Error{x})
		}
		return elyra.Instance{}, &Error{x}
	}
}

// resolve finds out, by what is there, whether a write without a clear response was
// done. An error says that it isn't known, or that the write must not be tried again,
// because something else is there.
func (s *Store) resolve(ctx context.Context, r request, x *exchange, wanted *elyra.Document, expected elyra.Precondition) (found elyra.Instance, done bool, err error) {
	const looks = 3
	for range looks {
		found, err := s.look(ctx, r.name)
		isThere := err == nil || isInvalid(err)
		switch {
		case errors.Is(err, elyra.ErrNotFound):
			return elyra.Instance{}, wanted == nil, nil
		case !isThere && x.kind.is(everyRequest) && kindOf(err) == x.kind: // turned away in the same way
		case !isThere:
			return elyra.Instance{}, false, fmt.Errorf("%w: %w; and reading it failed, too: %w", elyra.ErrOutcomeUnknown, &Error{x}, err)
		case err == nil && wanted != nil && found.Document.Covers(*wanted):
			return found, true, nil
		case r.method == http.MethodPost:
			return elyra.Instance{}, false, fmt.Errorf("%w, and isn't what was sent; the creation had no clear response: %w", &elyra.ExistsError{Found: found}, &Error{x})
		case expected.Accepts(found):
			return elyra.Instance{}, false, nil
		case wanted == nil: // what the deleted one hid
			return found, true, nil
		default:
			return elyra.Instance{}, false, &elyra.ChangedError{Found: found}
		}
	}
	// Turned away as often: the write wasn't let in, either.
	return elyra.Instance{}, false, nil
}

func isInvalid(err error) bool { return errors.As(err, new(*elyra.InvalidError)) }

// succeeded are the statuses with which Elyra reports success.
var succeeded = map[string]int{
	http.MethodPost: http.StatusCreated, http.MethodGet: http.StatusOK, http.MethodPut: http.StatusOK, http.MethodDelete: http.StatusNoContent,
}

// about returns a request about one instance. Its answer is accepted if Elyra reports
// success, with an instance of that name whose document, if one is sent, covers what was
// sent: a server's schema may add to it.
func (s *Store) about(method, name string, sent *elyra.Document) request {
	r := request{method: method, path: s.collection() + "/" + name, name: name}
	if sent != nil {
		r.body = sent.Compact()
	}
	r.accept = func(x *exchange) bool {
		if x.status != succeeded[method] || method == http.MethodDelete {
			return x.status == succeeded[method]
		}
		instance, schema, ok := s.decode(elyra.FromPython(x.body))
		if !x.isJSON() || !ok || instance.Name != name {
			return false
		}
		x.instance, x.schema = instance, schema
		return slices.Contains(s.kind.Schemas, schema) && (sent == nil || instance.Document.Covers(*sent))
	}
	return r
}

// decode reads an instance as Elyra sends it, and the name of its schema. Elyra
// sends valid ones alone, so what our own reading of its schema would refuse counts
// as valid: this server's Elyra may be newer.
func (s *Store) decode(raw []byte) (instance elyra.Instance, schema string, ok bool) {
	var sent struct {
		Name        string          `json:"name"`
		DisplayName json.RawMessage `json:"display_name"`
		Metadata    json.RawMessage `json:"metadata"`
		SchemaName  json.RawMessage `json:"schema_name"`
	}
	if json.Unmarshal(raw, &sent) != nil || sent.Name == "" || json.Unmarshal(sent.SchemaName, &schema) != nil ||
		len(sent.Metadata) == 0 || sent.Metadata[0] != '{' || len(sent.DisplayName) == 0 {
		return elyra.Instance{}, "", false
	}
	// The name is the file's, not the document's.
	document, err := elyra.ParseDocument(slices.Concat(
		[]byte(`{"display_name":`), sent.DisplayName, []byte(`,"metadata":`), sent.Metadata, []byte(`,"schema_name":`), sent.SchemaName, []byte{'}'}))
	if err != nil { // nested too deeply, perhaps
		return elyra.Instance{Name: sent.Name}, schema, false
	}
	return elyra.Instance{Name: sent.Name, Location: s.Location(sent.Name), Writable: true, Document: document}, schema, true
}

// schemas are what a server says of its schemas: the properties of each, by name.
type schemas map[string]map[string][]any

// Properties implements [elyra.Store] by the server's schemas, which are asked for
// once: a failure is kept, too.
func (s *Store) Properties(ctx context.Context, schema string) (map[string][]any, error) {
	known, err := s.schemas.Get(ctx, func(ctx context.Context) (schemas, error) {
		found := schemas{}
		x := s.read(ctx, request{method: http.MethodGet, path: "/elyra/schema/" + s.kind.Schemaspace, accept: func(x *exchange) bool {
			var listed map[string][]struct {
				Name       string
				Properties struct {
					Metadata struct {
						Properties map[string]struct{ Enum []any }
					}
				}
			}
			if x.status != http.StatusOK || !x.isJSON() || json.Unmarshal(x.body, &listed) != nil {
				return false
			}
			for _, schema := range listed[s.kind.Schemaspace] {
				found[schema.Name] = map[string][]any{}
				for name, property := range schema.Properties.Metadata.Properties {
					found[schema.Name][name] = property.Enum
				}
			}
			return len(found) > 0
		}})
		if x.kind != nil {
			return nil, &Error{x}
		}
		return found, nil
	})
	return known[schema], err
}
