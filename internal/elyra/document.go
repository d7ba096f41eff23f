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
// with an unloadable [InvalidError] if data isn't a JSON object or not UTF-8, or if
// it couldn't be written again as it is.
func ParseDocument(data []byte) (Document, error) {
	unloadable := func(reason string) (Document, error) {
		return Document{}, &InvalidError{Reasons: []string{reason}, Unloadable: true}
	}
	switch levels := depth(data); {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return unloadable("it begins with a byte order mark; save it as UTF-8 without one (\"UTF-8\", not \"UTF-8 with BOM\")")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unloadable("it's UTF-16; save it as UTF-8")
	case !utf8.Valid(data):
		return unloadable("not UTF-8")
	case levels > maxDepth:
		return unloadable(fmt.Sprintf("nested %d levels deep, and at most %d can be read", levels, maxDepth))
	}
	top, err := parseObject(FromPython(data))
	if err != nil {
		return unloadable(err.Error())
	}
	d := Document{top: top}
	if raw, ok := top.get(keyMetadata); ok && raw[0] == '{' {
		if d.metadata, err = parseObject(raw); err != nil {
			return unloadable(err.Error())
		}
		d.metadataIsObject = true
	}
	return d, nil
}

// parseObject reads one JSON object. As in Python, the last of several equal
// keys counts and stands where the first stood.
func parseObject(data []byte) (object, error) {
	if err := JSONFault(data); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data)) // which finds no fault, either
	if open, _ := dec.Token(); open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var members []member
	for dec.More() {
		key, _ := dec.Token()
		if strings.ContainsRune(key.(string), utf8.RuneError) {
			return nil, fmt.Errorf("the key %q has U+FFFD, or half of a surrogate pair, which can't be kept", key)
		}
		var value json.RawMessage
		_ = dec.Decode(&value)
		members = append(members, member{key.(string), value})
	}
	return object(nil).with(members...), nil
}

// JSONFault says where text is broken as JSON, in lines and columns as editors count. It returns nil for
// valid JSON.
func JSONFault(text []byte) error {
	if json.Valid(text) {
		return nil
	}
	var value json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&value) // which detects an early end
	syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &value))
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("broken JSON: the document is empty")
	case errors.Is(err, io.ErrUnexpectedEOF) || !ok:
		return errors.New("broken JSON: the document ends too early")
	}
	before := text[:syntax.Offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("broken JSON: line %d, column %d: %w", line, column, syntax)
}

func (o object) get(key string) (json.RawMessage, bool) {
	i := slices.IndexFunc(o, func(m member) bool { return m.key == key })
	if i < 0 {
		return nil, false
	}
	return o[i].value, true
}

// with returns the object with these members: known keys stay where they are, and new ones come last.
func (o object) with(members ...member) object {
	o = slices.Clone(o)
	places := make(map[string]int, len(o)+len(members)) // so that many keys take no longer each than one
	for i, m := range o {
		places[m.key] = i
	}
	for _, m := range members {
		if i, known := places[m.key]; known {
			o[i].value = m.value
			continue
		}
		places[m.key] = len(o)
		o = append(o, m)
	}
	return o
}

func (o object) without(keys ...string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return slices.Contains(keys, m.key) })
}

// Without returns the document without these keys of metadata.
func (d Document) Without(keys ...string) Document {
	d.metadata = d.metadata.without(keys...)
	return d
}

// IsZero reports whether the document has nothing in it: there was none to read,
// or it is an empty object.
func (d Document) IsZero() bool { return len(d.top) == 0 }

// Equal reports whether two documents mean the same: the order of keys and tags,
// whitespace, and escapes make no difference.
func (d Document) Equal(other Document) bool { return bytes.Equal(d.canonical(), other.canonical()) }

// Covers reports whether all that other says is in the document, too, which may have more keys.
func (d Document) Covers(other Document) bool {
	d.top, d.metadata = d.top.shared(other.top), d.metadata.shared(other.metadata)
	return d.Equal(other)
}

// shared returns the members whose keys other has.
func (o object) shared(other object) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool {
		_, ok := other.get(m.key)
		return !ok
	})
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

// Image returns the runtime image named name that the document describes. If
// Elyra's schema refuses the document, it returns what could be read, with an
// [InvalidError] that has all faults.
func (d Document) Image(name string) (RuntimeImage, error) {
	r, _ := d.read(nil, SchemaName)
	image := RuntimeImage{Name: name}
	for _, field := range fields {
		*field.value(&image), _ = r.text(field)
	}
	image.Tags = r.tags()
	return image, r.err()
}

// reader reads the fields of a document and collects its faults. None quotes the value of a secret key.
type reader struct {
	document Document
	secrets  []string
	reasons  []string
}

// read begins to read a document with what all schemas have, and returns the name of its schema, one of
// schemas.
func (d Document) read(secrets []string, schemas ...string) (r *reader, schema string) {
	r = &reader{document: d, secrets: secrets}
	isSchema := func(name string) error {
		if !slices.Contains(schemas, name) {
			return fmt.Errorf("is %q, not \"%s\"", name, strings.Join(schemas, `" or "`))
		}
		return nil
	}
	schema, _ = r.text(Field{Key: keySchemaName, Required: true, top: true, rule: rule{stored: isSchema}})
	if _, ok := d.top.get(keySelf); ok {
		r.fault("it has a key %q, which Elyra can't load", keySelf)
	}
	switch raw, ok := d.top.get(keyMetadata); {
	case !ok:
		r.fault("metadata is missing")
	case !d.metadataIsObject:
		r.fault("metadata is %s, not an object", r.excerpt(keyMetadata, raw))
	}
	return r, schema
}

func (r *reader) fault(format string, args ...any) {
	r.reasons = append(r.reasons, shorten(fmt.Sprintf(format, args...), maxReason))
}

func (r *reader) err() error {
	if len(r.reasons) == 0 {
		return nil
	}
	return &InvalidError{Reasons: r.reasons}
}

// excerpt is the value of a key as a message shows it.
func (r *reader) excerpt(key string, value json.RawMessage) string {
	if slices.Contains(r.secrets, key) || key == keyMetadata && len(r.secrets) > 0 {
		return "something else"
	}
	return shorten(string(toPython(compact(value))), 100)
}

// text returns the value of a field, and false if the document doesn't have it as a string. If metadata
// isn't an object, its fields aren't further faults.
func (r *reader) text(field Field) (string, bool) {
	o, path := r.document.metadata, keyMetadata+"."+field.Key
	if field.top {
		o, path = r.document.top, field.Key
	} else if !r.document.metadataIsObject {
		return "", false
	}
	raw, ok := o.get(field.Key)
	if !ok {
		// Elyra fills in a default when it saves, which it also does to read an old document.
		if field.Required && field.Default == "" {
			r.fault("%s is missing", path)
		}
		return "", false
	}
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil || isPythonNumber(raw) {
		r.fault("%s is %s, not a string", path, r.excerpt(field.Key, raw))
		return "", false
	}
	if field.rule.stored != nil {
		if err := field.rule.stored(*s); err != nil {
			r.fault("%s %v", path, err)
		}
	}
	return *s, true
}

// tags reads the tags. The schema demands no type of an item, only that strings
// match the rule and that no two are equal; what isn't a string is given as its
// JSON text. Of two that are the same text, such as 1 and "1", one is given.
func (r *reader) tags() []string {
	raw, ok := r.document.metadata.get(keyTags)
	if !ok {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		r.fault("metadata.tags is %s, not an array", r.excerpt(keyTags, raw))
		return nil
	}
	tags := make([]string, 0, len(items))
	seen, given := make(map[string]bool, len(items)), make(map[string]bool, len(items))
	for _, item := range items {
		var tag, key string
		if json.Unmarshal(item, &tag) == nil && string(item) != "null" {
			key = `"` + tag
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
		} else if !given[tag] {
			tags = append(tags, tag)
		}
		seen[key], given[tag] = true, true
	}
	return tags
}

// With returns the document with the fields of image in it. All else stays as it
// was: the known keys in their places, new ones after them in the order of Elyra's
// schema. Keys that Elyra computes, or can't load, are dropped.
func (d Document) With(image RuntimeImage) Document {
	return d.with(SchemaName, fields, "description", image.Tags, func(field Field) string { return *field.value(&image) })
}

// with returns the document with the values of fields in it, and the tags after one of them. Tags that it
// has in another order stay as they are; none and an empty array mean the same.
func (d Document) with(schemaName string, fields []Field, beforeTags string, tags []string, value func(Field) string) Document {
	dropped := append([]string{keyMetadata, keySchemaName, keySelf}, derivedKeys...)
	var top, metadata object
	var unset []string
	for _, field := range fields {
		text := value(field)
		switch {
		case field.top:
			dropped = append(dropped, field.Key)
			top = append(top, member{field.Key, quote(text)})
		case text == "":
			unset = append(unset, field.Key)
		default:
			metadata = append(metadata, member{field.Key, quote(text)})
		}
		if field.Key == beforeTags {
			stored := reader{document: d}
			switch current := stored.tags(); {
			case stored.err() == nil && sameTags(current, tags):
			case len(tags) == 0:
				unset = append(unset, keyTags)
			default:
				metadata = append(metadata, member{keyTags, quoteAll(tags)})
			}
		}
	}
	top = append(top, member{keyMetadata, nil}, member{keySchemaName, quote(schemaName)}) // metadata is written from d.metadata
	return Document{
		top:              append(top, d.top.without(dropped...)...),
		metadata:         d.metadata.without(unset...).with(metadata...),
		metadataIsObject: true,
	}
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
	top := d.top
	if d.metadataIsObject {
		top = top.with(member{keyMetadata, d.metadata.compact()})
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
	quoted := make([][]byte, len(items))
	for i, item := range items {
		quoted[i] = quote(item)
	}
	return slices.Concat([]byte("["), bytes.Join(quoted, []byte(",")), []byte("]"))
}
