package ownership_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
)

func TestComparePlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	for _, err := range []error{os.MkdirAll(filepath.Join(target, "images"), 0o700), os.Mkdir(filepath.Join(dir, "copy"), 0o700), os.Symlink(target, link)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		a, b string
		want ownership.Sameness
	}{
		{target + "/images/a.json", target + "/images/a.json", ownership.Same},
		{target + "/images/a.json", link + "/images/a.json", ownership.Same},
		{target + "/images/a.json", link + "/images/b.json", ownership.Different},
		{target + "/images/a.json", dir + "/copy/a.json", ownership.Different},
		{target + "/none/yet/a.json", link + "/none/yet/a.json", ownership.Same},
		{target + "/none/yet/a.json", link + "/none/too/a.json", ownership.Different},
		{target + "/images/a.json", link + "/none/a.json", ownership.Different},
		{target + "/images/a.json", "https://host/a.json", ownership.Different},
		{"https://host/user/a", "https://HOST:443/user/a", ownership.Same},
		{"https://host/user/a", "http://host:8888/user/a", ownership.SameIfUnchanged},
		{"https://host/user/a", "https://host:8888/user/a", ownership.SameIfUnchanged},
		{"https://host/user/a", "https://host/user/b", ownership.Different},
		{"https://host/user/a", "https://other/user/a", ownership.Different},
		{"https://host/user/%61", "https://host/user/a", ownership.Different},
		{"http://127.0.0.1/a", "http://localhost/a", ownership.Different},
	} {
		for _, places := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := ownership.ComparePlaces(places[0], places[1]); got != tt.want {
				t.Errorf("%s and %s: %d, want %d", places[0], places[1], got, tt.want)
			}
		}
	}
}
