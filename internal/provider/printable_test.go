package provider

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestUnprintable: whatever the names and texts of files in a shared directory are, no message has
// anything in it that steers a terminal.
func TestUnprintable(t *testing.T) {
	t.Parallel()
	const steer = "\x1b[2J\x7f\u202e\r\nsteered"
	files := map[string]string{
		"my" + steer + ".json":     document(elyra.RuntimeImage{DisplayName: "A" + steer, ImageName: imageName}),
		"second" + steer + ".json": document(elyra.RuntimeImage{DisplayName: "B", ImageName: imageName}),
		"broken" + steer + ".json": "{\"a\x1b\"",
		"schema.json":              `{"display_name":"A","metadata":{"image_name":"a/b:1"},"schema_name":"\u001b[2J"}`,
		"shown.json":               `{"display_name":"\u001b[2J","metadata":{"image_name":"a/b:1"},"schema_name":"runtime-image"}`,
	}
	dir := writeImages(t, files)
	check(t, os.Symlink("to"+steer, imagePath(dir, "linked")), nil)
	provider := newTestProvider(t, dir)
	all := provider.readData(t, "elyra_runtime_images", nil).Diagnostics
	for _, by := range []map[string]tftypes.Value{set("name", "none"), set("name", "schema"), set("name", "linked"), set("image_name", imageName)} {
		all = append(all, provider.readData(t, "elyra_runtime_image", by).Diagnostics...)
	}
	results, warnings := provider.query(t, nil, 100, true)
	all = append(all, warnings...)
	for _, result := range results {
		all = append(all, &tfprotov6.Diagnostic{Summary: "display name", Detail: result.DisplayName})
	}
	for _, name := range []string{"new", "schema", "linked"} {
		config := provider.config(t, map[string]tftypes.Value{"name": text(name), "display_name": text("X"), "image_name": text(imageName)})
		all = append(all, provider.respond(t, config, planned{}).Diagnostics...)
	}
	if len(all) < 8 {
		t.Errorf("%d messages", len(all))
	}
	for _, d := range all {
		message := d.Summary + "\n" + d.Detail
		if strings.Contains(message, "\nsteered") || strings.ContainsFunc(message, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' }) {
			t.Errorf("%q: %q", d.Summary, d.Detail)
		}
	}
}
