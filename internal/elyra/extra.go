package elyra

import (
	"fmt"
	"slices"
)

// schemaKeys are the keys of metadata that are fields of a [RuntimeImage].
var schemaKeys = []string{keyDescription, keyTags, keyImageName, keyPullPolicy, keyPullSecret}

// Extra returns what others added to the document: the keys of metadata that Elyra's schema does not
// have, in their order, as a JSON object without white space and in printable ASCII; "" for none.
func (d Document) Extra() string {
	extra := d.metadata.without(schemaKeys...)
	if len(extra) == 0 {
		return ""
	}
	return string(toPython(extra.compact()))
}

// WithExtra returns the document with the keys of extra, a JSON object such as [Document.Extra]
// returns, behind those of the schema in metadata. It fails for what is no object, and for a key that
// is a field of a [RuntimeImage].
func (d Document) WithExtra(extra string) (Document, error) {
	if extra == "" {
		return d, nil
	}
	added, err := parseObject(FromPython([]byte(extra)))
	if err != nil {
		return Document{}, err
	}
	metadata := slices.Clone(d.metadata)
	for _, m := range added {
		if slices.Contains(schemaKeys, m.key) {
			return Document{}, fmt.Errorf("%q is an attribute of its own", m.key)
		}
		metadata = metadata.set(m.key, m.value)
	}
	d.metadata = metadata
	return d, nil
}

// WithImageName returns the document with that image name, and all else as it was. Where metadata is no
// object, nothing changes.
func (d Document) WithImageName(imageName string) Document {
	if d.metadataIsObject {
		d.metadata = slices.Clone(d.metadata).set(keyImageName, quote(imageName))
	}
	return d
}
