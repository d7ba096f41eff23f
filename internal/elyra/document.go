package elyra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Keys of a document, at its top level and in metadata.
const (
	keyDisplayName = "display_name"
	keyMetadata    = "metadata"
	keySchemaName  = "schema_name"

	keyDescription = "description"
	keyTags        = "tags"
	keyImageName   = "image_name"
	keyPullPolicy  = "pull_policy"
	keyPullSecret  = "pull_secret"
)

// keySelf is a top-level key that Elyra cannot load: the keys are arguments of
// a Python method, which has one of that name already.
const keySelf = "self"

// derivedKeys are top-level keys that Elyra computes and never reads back; its
// exports contain them.
var derivedKeys = []string{"name", "resource", "reason"}

// Document is the JSON object of a runtime image with every key it has, known
// or not, in the order they stand in. The zero Document is an empty object.
// Documents are values: no method changes one.
type Document struct {
	top      object
	metadata object
	// metadataIsObject is false where metadata is absent or something else.
	metadataIsObject bool
}

// object is a JSON object that remembers the order of its keys.
type object []member

type member struct {
	key   string
	value json.RawMessage
}

// NewDocument returns the document of an image as Elyra writes a new one.
func NewDocument(image RuntimeImage) Document { return Document{}.With(image) }

// ParseDocument reads a document as Elyra does, whether it is valid or not.
// What is not a JSON object, or not UTF-8, fails with an unloadable
// [InvalidError].
func ParseDocument(data []byte) (Document, error) {
	if !utf8.Valid(data) {
		return Document{}, &InvalidError{Reasons: []string{"not UTF-8"}, Unloadable: true}
	}
	if levels := depth(data); levels > MaxDepth {
		return Document{}, &InvalidError{Reasons: []string{fmt.Sprintf("nested %d levels deep, and at most %d can be read", levels, MaxDepth)}, Unloadable: true}
	}
	top, err := parseObject(FromPython(data))
	if err != nil {
		return Document{}, &InvalidError{Reasons: []string{err.Error()}, Unloadable: true}
	}
	d := Document{top: top}
	if raw, ok := top.get(keyMetadata); ok {
		if d.metadata, err = parseObject(raw); err == nil {
			d.metadataIsObject = true
		}
	}
	return d, nil
}

// parseObject reads one JSON object. As in Python, the last of several equal
// keys counts and stands where the first stood.
func parseObject(data []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	open, err := dec.Token()
	if err != nil {
		return nil, jsonError(data, err)
	}
	if open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var o object
	at := map[string]int{} // where a key stands in o
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, jsonError(data, err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, jsonError(data, err)
		}
		name := key.(string) // the decoder lets nothing else be a key
		if i, again := at[name]; again {
			o[i].value = value
			continue
		}
		at[name] = len(o)
		o = append(o, member{name, value})
	}
	if _, err := dec.Token(); err != nil {
		return nil, jsonError(data, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("broken JSON: something follows after the closing brace")
	}
	return o, nil
}

// jsonError says where JSON is broken, in lines and columns as editors count.
func jsonError(data []byte, err error) error {
	// Only Unmarshal gives the offset of the offending character in every case.
	var syntax *json.SyntaxError
	var value json.RawMessage
	switch whole := json.Unmarshal(data, &value); {
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("broken JSON: the document is empty")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("broken JSON: the document ends too early")
	case !errors.As(whole, &syntax):
		return fmt.Errorf("broken JSON: %w", err)
	}
	before := data[:syntax.Offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("broken JSON: line %d, column %d: %w", line, column, syntax)
}

func (o object) get(key string) (json.RawMessage, bool) {
	i := o.index(key)
	if i < 0 {
		return nil, false
	}
	return o[i].value, true
}

func (o object) set(key string, value json.RawMessage) object {
	if i := o.index(key); i >= 0 {
		o[i].value = value
		return o
	}
	return append(o, member{key, value})
}

func (o object) index(key string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.key == key })
}

func (o object) without(keys ...string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return slices.Contains(keys, m.key) })
}

// IsZero reports whether the document has nothing in it: there was none to read,
// or it is an empty object.
func (d Document) IsZero() bool { return len(d.top) == 0 }

// Equal reports whether two documents say the same as JSON, whatever the order of
// their keys and the spelling of their numbers and characters.
func (d Document) Equal(other Document) bool {
	var x, y any
	return json.Unmarshal(d.compact(), &x) == nil && json.Unmarshal(other.compact(), &y) == nil && reflect.DeepEqual(x, y)
}

// HasMetadata reports whether metadata has the key, known or not.
func (d Document) HasMetadata(key string) bool {
	_, ok := d.metadata.get(key)
	return ok
}

// Image returns the runtime image named name that the document describes. Where
// Elyra's schema refuses the document, it returns what could be read beside an
// [InvalidError] with all faults.
func (d Document) Image(name string) (RuntimeImage, error) {
	r := reader{}
	image := RuntimeImage{Name: name}

	if schema, ok := r.text(d.top, keySchemaName, keySchemaName); !ok {
		r.missing(d.top, keySchemaName, keySchemaName)
	} else if schema != SchemaName {
		r.fault("schema_name is %q, not %q", schema, SchemaName)
	}
	if _, ok := d.top.get(keySelf); ok {
		r.fault("it has a key %q, which Elyra cannot load", keySelf)
	}
	image.DisplayName = r.required(d.top, keyDisplayName, keyDisplayName)
	if !d.metadataIsObject {
		if _, ok := d.top.get(keyMetadata); ok {
			r.fault("metadata is not an object")
		} else {
			r.fault("metadata is missing")
		}
		return image, r.err()
	}
	image.ImageName = r.required(d.metadata, keyImageName, "metadata."+keyImageName)
	image.Description, _ = r.text(d.metadata, keyDescription, "metadata."+keyDescription)
	if policy, ok := r.text(d.metadata, keyPullPolicy, "metadata."+keyPullPolicy); ok {
		image.PullPolicy = PullPolicy(policy)
		if !slices.Contains(PullPolicies(), image.PullPolicy) {
			r.fault("metadata.pull_policy is %q, not one of Always, IfNotPresent, Never", policy)
		}
	}
	if secret, ok := r.text(d.metadata, keyPullSecret, "metadata."+keyPullSecret); ok {
		image.PullSecret = secret
		if err := validateStoredPullSecret(secret); err != nil {
			r.fault("metadata.pull_secret: %v", err)
		}
	}
	image.Tags = r.tags(d.metadata)
	return image, r.err()
}

// validateStoredPullSecret is [ValidatePullSecret] with Python's idea of the end:
// its $ matches before a final newline, too, which counts as a character.
func validateStoredPullSecret(secret string) error {
	if utf8.RuneCountInString(secret) > maxPullSecretLength {
		return ValidatePullSecret(secret)
	}
	return ValidatePullSecret(strings.TrimSuffix(secret, "\n"))
}

// reader collects the faults of a document.
type reader struct{ reasons []string }

func (r *reader) fault(format string, args ...any) {
	r.reasons = append(r.reasons, shorten(fmt.Sprintf(format, args...), maxReason))
}

func (r *reader) err() error {
	if len(r.reasons) == 0 {
		return nil
	}
	return &InvalidError{Reasons: r.reasons}
}

func (r *reader) missing(o object, key, path string) {
	if _, ok := o.get(key); !ok {
		r.fault("%s is missing", path)
	}
}

// text returns a string member, and false where it is absent or no string.
func (r *reader) text(o object, key, path string) (string, bool) {
	raw, ok := o.get(key)
	if !ok {
		return "", false
	}
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil || isPythonNumber(raw) {
		r.fault("%s is not a string", path)
		return "", false
	}
	return withoutSurrogates(*s), true
}

// write returns the JSON of a text. What stands under the key stays as it is where it reads as the
// same text: there is no telling halves of surrogate pairs apart in what was read.
func (o object) write(key, text string) json.RawMessage {
	if raw, _ := o.get(key); bytes.Contains(raw, []byte(loneSurrogate)) {
		if stored, ok := new(reader).text(o, key, key); ok && stored == text {
			return raw
		}
	}
	return quote(text)
}

func (r *reader) required(o object, key, path string) string {
	s, ok := r.text(o, key, path)
	switch {
	case !ok:
		r.missing(o, key, path)
	case s == "":
		r.fault("%s is empty", path)
	}
	return s
}

// tags reads the tags. The schema demands no type of an item, only that strings
// match the rule and that no two are equal; what is not a string is given as its
// JSON text. Of two that are the same text, such as 1 and "1", one is given.
func (r *reader) tags(metadata object) []string {
	raw, ok := metadata.get(keyTags)
	if !ok {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		r.fault("metadata.tags is not an array")
		return nil
	}
	tags := make([]string, 0, len(items))
	seen, given := make(map[string]bool, len(items)), make(map[string]bool, len(items))
	for _, item := range items {
		var tag string
		var key string
		if json.Unmarshal(item, &tag) == nil && string(item) != "null" {
			key = `"` + tag
			tag = withoutSurrogates(tag)
			if err := ValidateTag(tag); err != nil {
				r.fault("metadata.tags: %v", err)
			}
		} else {
			tag = string(compact(item))
			if tag == "-0" {
				tag = "0" // which Python reads, since it is an integer
			}
			key = tag
		}
		if seen[key] {
			r.fault("metadata.tags has %q twice", tag)
			continue
		}
		seen[key] = true
		if !given[tag] {
			given[tag] = true
			tags = append(tags, tag)
		}
	}
	return tags
}

// With returns the document with the fields of image in it and all else as it
// was, keys in the order Elyra would write: the known ones where they stood,
// new ones behind in the order of Elyra's schema. Keys that Elyra computes, or
// cannot load, are dropped.
func (d Document) With(image RuntimeImage) Document {
	var drop []string
	md := slices.Clone(d.metadata)
	put := func(key, value string) {
		if value == "" {
			drop = append(drop, key)
			return
		}
		md = md.set(key, md.write(key, value))
	}
	put(keyDescription, image.Description)
	var stored reader
	switch current := stored.tags(d.metadata); {
	case len(image.Tags) == 0 && len(current) == 0 && stored.err() == nil:
		// None and an empty array are one thing, and it stays as it is.
	case len(image.Tags) == 0:
		drop = append(drop, keyTags)
	case stored.err() != nil || !sameTags(current, image.Tags):
		md = md.set(keyTags, quoteAll(image.Tags))
	}
	put(keyImageName, image.ImageName)
	put(keyPullPolicy, string(image.PullPolicy))
	put(keyPullSecret, image.PullSecret)

	top := object{
		{keyDisplayName, d.top.write(keyDisplayName, image.DisplayName)},
		{keyMetadata, nil}, // written from metadata
		{keySchemaName, quote(SchemaName)},
	}
	known := append([]string{keyDisplayName, keyMetadata, keySchemaName, keySelf}, derivedKeys...)
	return Document{
		top:              append(top, d.top.without(known...)...),
		metadata:         md.without(drop...),
		metadataIsObject: true,
	}
}

// maxIndented is the number of levels up to which a document is indented. Each level adds two
// characters to each line in it, so without a limit the result grows with the square of the document.
const maxIndented = 16

// Encode returns the document as Elyra writes files: Python's json.dump(document, indent=2). A
// document nested deeper than 16 levels comes without white space, which means the same.
func (d Document) Encode() []byte {
	compact := d.compact()
	if depth(compact) > maxIndented {
		return toPython(compact)
	}
	var b bytes.Buffer
	// Indent fails on broken JSON alone, and every value here was parsed.
	_ = json.Indent(&b, compact, "", "  ")
	return toPython(b.Bytes())
}

// Compact returns the document as JSON without white space, in printable ASCII.
func (d Document) Compact() []byte { return toPython(d.compact()) }

func (d Document) compact() []byte {
	top := slices.Clone(d.top)
	if d.metadataIsObject {
		top = top.set(keyMetadata, d.metadata.compact())
	}
	return top.compact()
}

func (o object) compact() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(m.key))
		b.WriteByte(':')
		b.Write(compact(m.value))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// compact strips the white space off a value and escapes what is beyond
// printable ASCII, which in JSON stands in strings only. Numbers and existing
// escapes stay as they are, so that nothing is lost that Go cannot hold.
func compact(value json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	_ = json.Compact(&b, value) // parsed before
	return appendASCII(nil, b.String())
}

func quoteAll(items []string) json.RawMessage {
	b := []byte{'['}
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, quote(item)...)
	}
	return append(b, ']')
}
