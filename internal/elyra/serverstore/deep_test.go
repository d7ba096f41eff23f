package serverstore_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// TestDeepInstance: an instance that's nested more deeply than this provider reads doesn't hide the others.
func TestDeepInstance(t *testing.T) {
	t.Parallel()
	entry := func(name, theirs string) string {
		return fmt.Sprintf(`{"name":%q,"display_name":"It","metadata":{"image_name":"a/b:1","theirs":%s},"schema_name":"runtime-image"}`, name, theirs)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"runtime-images":[%s,%s]}`, entry("deep", strings.Repeat("[", 1000)+strings.Repeat("]", 1000)), entry("mine", "1"))
	}))
	defer server.Close()
	store, err := serverstore.New(elyra.RuntimeImages, serverstore.Config{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	instances, err := store.List(t.Context(), elyra.ListOptions{})
	if err != nil || len(instances) != 1 || instances[0].Name != "mine" {
		t.Errorf("listed %v, %v", instances, err)
	}
}
