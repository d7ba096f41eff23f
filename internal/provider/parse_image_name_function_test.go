package provider

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseImageName(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("0a", 32)
	for name, want := range map[string]map[string]any{
		"jdoe/my-image:1.0":           {"registry": "docker.io", "repository": "jdoe/my-image", "owner": "jdoe", "image": "my-image", "tag": "1.0", "digest": nil, "pinned": false},
		"quay.io:443/a/b/c@" + digest: {"registry": "quay.io:443", "repository": "a/b/c", "owner": "a/b", "image": "c", "tag": nil, "digest": digest, "pinned": true},
		"quay.io/image":               {"registry": "quay.io", "repository": "image", "owner": nil, "image": "image", "tag": nil, "digest": nil, "pinned": false},
	} {
		if got, err, _ := call(t, "parse_image_name", text(name)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %s, want %v", name, got, err, want)
		}
	}
	wantError(t, "parse_image_name", text("python:3.11"), `use "library/python:3.11"`)
	wantError(t, "parse_image_name", text(""), "empty")
}
