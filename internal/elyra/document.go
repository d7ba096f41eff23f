package elyra

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Keys of a document with rules of their own; [Fields] has the others.
const (
	keyMetadata   = "metadata"
	keySchemaName = "schema_name"
	keyTags       = "tags"
	keyImageName  = "image_name"

	// keyBeforeTags is the field that stands before the tags in a new document.
	keyBeforeTags = "description"
)

// keySelf is a top-level key that Elyra can't load: the keys are arguments of
// a Python method, which has one of that name already.
const keySelf = "self"

// derivedKeys are top-level keys that Elyra computes and never reads back; its
// exports contain them.
var derivedKeys = []string{"name", "resource", "reason"}

// Document is the JSON object of an instance with every key it has, known
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

// ParseDocument reads a document as Elyra does, whether it's valid or not. It fails
// with an unloadable [InvalidError] if data isn't a JSON object or not UTF-8.
func ParseDocument(data []byte) (Document, error) {
	if reason := encodingFault(data); reason != "" {
		return Document{}, &InvalidError{Reasons: []string{reason}, Unloadable: true}
	}
	if levels := depth(data); levels > maxDepth {
		return Document{}, &InvalidError{Reasons: []string{fmt.Sprintf("nested %d levels deep, and at most %d can be read", levels, maxDepth)}, Unloadable: true}
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

// encodingFault says why data isn't UTF-8 as Python reads it; "" if it is.
func encodingFault(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return "it begins with a byte order mark; save it as UTF-8 without one (\"UTF-8\", not \"UTF-8 with BOM\")"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "it's UTF-16; save it as UTF-8"
	case !utf8.Valid(data):
		return "not UTF-8"
	}
	return ""
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

// setAll is set for many members, in the time that their number takes.
func (o object) setAll(members object) object {
	at := make(map[string]int, len(o)+len(members))
	for i, m := range o {
		at[m.key] = i
	}
	for _, m := range members {
		if i, again := at[m.key]; again {
			o[i].value = m.value
			continue
		}
		at[m.key] = len(o)
		o = append(o, m)
	}
	return o
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

// Equal reports whether two documents mean the same: the order of keys and tags,
// whitespace, and escapes make no difference.
func (d Document) Equal(other Document) bool { return bytes.Equal(d.canonical(), other.canonical()) }

// Covers reports whether all that other says stands in the document, too, which may
// have more keys.
func (d Document) Covers(other Document) bool {
	shared := d
	shared.top = slices.DeleteFunc(slices.Clone(d.top), func(m member) bool { return other.top.index(m.key) < 0 })
	shared.metadata = slices.DeleteFunc(slices.Clone(d.metadata), func(m member) bool { return other.metadata.index(m.key) < 0 })
	return shared.Equal(other)
}

// canonical returns JSON that is the same for documents that mean the same.
func (d Document) canonical() []byte {
	decoder := json.NewDecoder(bytes.NewReader(d.compact()))
	decoder.UseNumber()
	var top map[string]any
	_ = decoder.Decode(&top) // parsed before
	canonicalNumbers(top)
	metadata, _ := top[keyMetadata].(map[string]any)
	if tags, ok := metadata[keyTags].([]any); ok {
		slices.SortFunc(tags, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	canonical, _ := json.Marshal(top) // what was decoded, keys sorted
	return canonical
}

// canonicalNumbers spells each number below value as Python's float does, except
// integers, which stay exact. It returns value.
func canonicalNumbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = canonicalNumbers(item)
		}
	case []any:
		for i, item := range value {
			value[i] = canonicalNumbers(item)
		}
	case json.Number:
		if float, err := value.Float64(); err == nil && strings.ContainsAny(value.String(), ".eE") {
			return json.Number(strconv.FormatFloat(float, 'g', -1, 64))
		}
	}
	return value
}

// Image returns the runtime image named name that the document describes. Where
// Elyra's schema refuses the document, it returns what could be read next to an
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
		r.fault("it has a key %q, which Elyra can't load", keySelf)
	}
	if !d.metadataIsObject {
		if raw, ok := d.top.get(keyMetadata); ok {
			r.fault("metadata is %s, not an object", excerpt(raw))
		} else {
			r.fault("metadata is missing")
		}
	}
	for _, field := range fields {
		if field.top || d.metadataIsObject {
			*field.value(&image) = r.field(d.object(field), field)
		}
	}
	if !d.metadataIsObject {
		return image, r.err()
	}
	image.Tags = r.tags(d.metadata)
	return image, r.err()
}

// checkStoredPullSecret is [checkPullSecret] with Python's idea of the end:
// its $ matches before a final newline, too, which counts as a character.
func checkStoredPullSecret(secret string) error {
	if utf8.RuneCountInString(secret) > maxPullSecretLength {
		return checkPullSecret(secret)
	}
	return checkPullSecret(strings.TrimSuffix(secret, "\n"))
}

// reader collects the faults of a document. None quotes the value of a secret key.
type reader struct{ reasons, secrets []string }

func (r *reader) fault(format string, args ...any) {
	r.reasons = append(r.reasons, shorten(fmt.Sprintf(format, args...), maxReason))
}

func (r *reader) err() error {
	if len(r.reasons) == 0 {
		return nil
	}
	return &InvalidError{Reasons: r.reasons}
}

// excerpt is a value as a message shows it.
func excerpt(value json.RawMessage) string {
	const most = 100
	text := string(toPython(compact(value)))
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
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
		value := excerpt(raw)
		if slices.Contains(r.secrets, key) {
			value = "something else"
		}
		r.fault("%s is %s, not a string", path, value)
		return "", false
	}
	return withoutSurrogates(*s), true
}

// write returns the JSON of a text. If the stored value reads as the same text, it's kept: halves of
// surrogate pairs can't be distinguished after reading.
func (o object) write(key, text string) json.RawMessage {
	if raw, _ := o.get(key); bytes.Contains(raw, []byte(loneSurrogate)) {
		if stored, ok := new(reader).text(o, key, key); ok && stored == text {
			return raw
		}
	}
	return quote(text)
}

// object is where a field's key stands.
func (d Document) object(field Field) object {
	if field.top {
		return d.top
	}
	return d.metadata
}

// field reads a field; empty if it's absent.
func (r *reader) field(o object, field Field) string {
	text, ok := r.text(o, field.Key, field.path())
	switch {
	case !ok && field.Required:
		r.missing(o, field.Key, field.path())
	case ok && text == "" && field.Required:
		r.fault("%s is empty", field.path())
	case ok && field.stored != nil:
		if err := field.stored(text); err != nil {
			r.fault("%s: %v", field.path(), err)
		}
	}
	return text
}

// tags reads the tags. The schema demands no type of an item, only that strings
// match the rule and that no two are equal; what isn't a string is given as its
// JSON text. Of two that are the same text, such as 1 and "1", one is given.
func (r *reader) tags(metadata object) []string {
	raw, ok := metadata.get(keyTags)
	if !ok {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		r.fault("metadata.tags is %s, not an array", excerpt(raw))
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
// can't load, are dropped.
func (d Document) With(image RuntimeImage) Document {
	return d.with(SchemaName, fields, keyBeforeTags, image.Tags, func(field Field) string { return *field.value(&image) })
}

// with returns the document with the values of fields in it, and the tags behind one of them.
func (d Document) with(schemaName string, fields []Field, beforeTags string, tags []string, value func(Field) string) Document {
	known := append([]string{keyMetadata, keySchemaName, keySelf}, derivedKeys...)
	var top object
	md := slices.Clone(d.metadata)
	for _, field := range fields {
		text := value(field)
		switch {
		case field.top:
			known = append(known, field.Key)
			top = append(top, member{field.Key, d.top.write(field.Key, text)})
		case text == "":
			md = md.without(field.Key)
		default:
			md = md.set(field.Key, md.write(field.Key, text))
		}
		if field.Key == beforeTags {
			md = md.withTags(tags)
		}
	}
	top = append(top, member{keyMetadata, nil}, member{keySchemaName, quote(schemaName)}) // metadata is written from d.metadata
	return Document{
		top:              append(top, d.top.without(known...)...),
		metadata:         md,
		metadataIsObject: true,
	}
}

// withTags returns metadata with these tags. If it has them, in any order, it stays
// as it is; none and an empty array are one thing.
func (o object) withTags(tags []string) object {
	var stored reader
	switch current := stored.tags(o); {
	case stored.err() == nil && sameTags(current, tags):
		return o
	case len(tags) == 0:
		return o.without(keyTags)
	}
	return o.set(keyTags, quoteAll(tags))
}

// maxIndented is the number of levels up to which a document is indented. Each level adds two
// characters to each line in it, so without a limit the result grows with the square of the document.
const maxIndented = 16

// Encode returns the document as Elyra writes files: Python's json.dump(document, indent=2). A
// document nested deeper than 16 levels comes without whitespace, which means the same.
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

// Compact returns the document as JSON without whitespace, in printable ASCII.
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

// compact strips the whitespace off a value and escapes what is beyond
// printable ASCII, which in JSON stands in strings only. Numbers and existing
// escapes stay as they are, so that nothing is lost that Go can't hold.
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
