package serverstore

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestErrorsAboutRuntimesQuoteNothing: what Elyra says may repeat any value of a document, and those of
// runtimes have secrets.
func TestErrorsAboutRuntimesQuoteNothing(t *testing.T) {
	t.Parallel()
	document := elyra.Runtime{Schema: elyra.Airflow, Values: map[string]string{"display_name": "mine", "github_repo_token": "s3cret"}}.Document(elyra.Document{})
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusInternalServerError} {
		server := newServer(t)
		server.Inject(elyratest.Fault{Do: elyratest.Refuse(status, "ValidationError('mine': s3cret)")})
		store, err := New(elyra.Runtimes, config(server))
		if err != nil {
			t.Fatal(err)
		}
		_, readErr := store.Get(t.Context(), "mine", elyra.Current)
		_, createErr := store.Create(t.Context(), "mine", document)
		_, updateErr := store.Update(t.Context(), "mine", nil, func(elyra.Document) elyra.Document { return document })
		_, deleteErr := store.Delete(t.Context(), "mine", nil)
		_, listErr := store.List(t.Context(), elyra.ListOptions{})
		if text := fmt.Sprint(readErr, createErr, updateErr, deleteErr, listErr); strings.Contains(text, "s3cret") {
			t.Errorf("%d: %s", status, text)
		}
	}
}
