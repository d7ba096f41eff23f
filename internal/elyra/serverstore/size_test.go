package serverstore_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// TestAnswerSizes: an instance may take a mebibyte, a list more: here, two.
func TestAnswerSizes(t *testing.T) {
	t.Parallel()
	const instance = `{"display_name": "A", "metadata": {"image_name": "a/b:1"}, "schema_name": "runtime-image", "name": "a", "json_path": "/a.json"}`
	for _, tt := range []struct {
		list  bool
		size  int
		large bool
	}{
		{false, 1 << 20, false},
		{false, 1<<20 + 1, true},
		{true, 1<<20 + 1, false},
		{true, 2<<20 + 1, true},
	} {
		t.Run(fmt.Sprintf("list_%t_%d", tt.list, tt.size), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				body := instance
				if tt.list {
					body = `{"runtime-images": []}`
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprint(w, body, strings.Repeat(" ", tt.size-len(body)))
			}))
			defer server.Close()
			store := newStore(t, serverstore.WithMaxList(serverstore.Config{Endpoint: server.URL, Token: token}, 2<<20))
			var err error
			if tt.list {
				_, err = store.List(t.Context())
			} else {
				_, err = store.Get(t.Context(), "a")
			}
			var failed *serverstore.Error
			if large := errors.As(err, &failed) && failed.Kind() == serverstore.KindOversize; large != tt.large || !large && err != nil {
				t.Errorf("%v, want it too large: %v", err, tt.large)
			}
		})
	}
}
