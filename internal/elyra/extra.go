package elyra

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// keyDocument is the key of an extra that has what's extra at the top level of a document. A key of
// metadata that could be taken for it has one more "$" in front.
const keyDocument = "$document"

func isKeyDocument(key string) bool {
	return strings.HasPrefix(key, "$") && strings.TrimLeft(key, "$") == keyDocument[1:]
}

// Extra returns what the document has and a [RuntimeImage] can't say, as a JSON object without white
// space and in printable ASCII: the keys of metadata that Elyra's schema doesn't have, in their order;
// those that it has with a value such as [] that means the same as none; and under "$document" other
// keys of the document.
func (d Document) Extra() string {
	image, _ := d.Image("") // what can be read of it
	said := NewDocument(image)
	var extra object
	for _, m := range d.metadata.beyond(said.metadata) {
		if isKeyDocument(m.key) {
			m.key = "$" + m.key
		}
		extra = append(extra, m)
	}
	top := d.top.beyond(said.top)
	if d.metadataIsObject {
		top = top.without(keyMetadata)
	}
	if _, ok := d.top.get(keySchemaName); !ok {
		top = append(top, member{keySchemaName, json.RawMessage("null")}) // as invalid as none
	}
	if len(top) > 0 {
		extra = append(extra, member{keyDocument, top.compact()})
	}
	return string(toPython(extra.compact()))
}

// beyond returns the members that said doesn't have, or has with another value.
func (o object) beyond(said object) object {
	var more object
	for _, m := range o {
		var a, b any
		if value, ok := said.get(m.key); !ok || json.Unmarshal(value, &a) != nil || json.Unmarshal(m.value, &b) != nil || !reflect.DeepEqual(a, b) {
			more = append(more, m)
		}
	}
	return more
}

// WithExtra returns the document with what extra has, a JSON object such as [Document.Extra] returns.
// It fails for anything else, for a key that gives a field of a [RuntimeImage] another value, and if
// the document isn't valid with it.
func (d Document) WithExtra(extra string) (Document, error) {
	if levels := depth([]byte(extra)) + 1; levels > maxDepth { // metadata is an object in an object
		return Document{}, fmt.Errorf("nested %d levels deep in the document, and at most %d can be read", levels, maxDepth)
	}
	added, err := parseObject(FromPython([]byte(extra)))
	if err != nil {
		return Document{}, err
	}
	before, invalid := d.Image("")
	var top, metadata object
	for _, m := range added {
		switch {
		case m.key == keyDocument:
			if top, err = parseObject(m.value); err != nil {
				return Document{}, fmt.Errorf("%q: %w", m.key, err)
			}
		case isKeyDocument(m.key):
			metadata = append(metadata, member{m.key[1:], m.value})
		case isSchemaKey(m.key) && (string(m.value) == "[]" || string(m.value) == `""`):
			if _, set := d.metadata.get(m.key); !set { // otherwise the document had none, and has one now
				metadata = append(metadata, m)
			}
		default:
			metadata = append(metadata, m)
		}
	}
	if _, ok := top.get(keyMetadata); ok {
		return Document{}, fmt.Errorf("%q is an attribute of its own", keyMetadata)
	}
	d.top, d.metadata = d.top.with(top...), d.metadata.with(metadata...)
	after, err := d.Image("")
	for _, field := range fields {
		if *field.value(&before) != *field.value(&after) {
			return Document{}, fmt.Errorf("%q is an attribute of its own", field.Key)
		}
	}
	if !sameTags(before.Tags, after.Tags) {
		return Document{}, fmt.Errorf("%q is an attribute of its own", keyTags)
	}
	if reasons, ok := errors.AsType[*InvalidError](err); ok && invalid == nil {
		return Document{}, errors.New(reasons.Reason())
	}
	return d, nil
}

// WithImageName returns the document with that image name, and all else as it was. If metadata isn't
// an object, nothing changes.
func (d Document) WithImageName(imageName string) Document {
	if d.metadataIsObject {
		d.metadata = d.metadata.with(member{keyImageName, quote(imageName)})
	}
	return d
}
