package provider

import (
	"strings"
	"testing"
)

func TestInstanceName(t *testing.T) {
	t.Parallel()
	if name, err, _ := call(t, "instance_name", text("My image: 2.0")); name != "my_image_20" {
		t.Errorf("%v, %q", name, err)
	}
	wantError(t, "instance_name", text("日本"), "no letter a-z")
	wantError(t, "instance_name", text(strings.Repeat("a", 300)), "300 bytes")
}
