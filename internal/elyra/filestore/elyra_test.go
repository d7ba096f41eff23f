package filestore_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// TestRunningServer: a running Elyra, which keeps in memory what it read, and is
// read all the time, serves the new content within a second of every create, update
// and delete, with the newest and the oldest file watcher. ELYRA_FAULT_SEED repeats a run.
func TestRunningServer(t *testing.T) {
	t.Parallel()
	for _, e := range []jupytertest.Elyra{jupytertest.Newest, jupytertest.Oldest} {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			e.Require(t)
			server := jupytertest.Start(t, jupytertest.Options{Elyra: e, DataDir: t.TempDir()})
			live := liveStore{storeOn(server.DataDir), server, map[string]string{}}
			_, seed := testenv.Random(t, 1, 0)
			random := rand.New(rand.NewPCG(seed, 0))
			ctx, cancel := context.WithCancel(t.Context())
			var reader sync.WaitGroup
			defer reader.Wait()
			defer cancel()
			reader.Go(func() { // which keeps the server reading the files, and so keeping them
				for i := 0; ctx.Err() == nil; i++ {
					_, _ = live.served(ctx, liveNames[i%len(liveNames)])
				}
			})
			const operations = 300
			for i := range operations {
				live.change(t, random, i)
			}
		})
	}
}

// liveStore is a file store on the data directory of a running server.
type liveStore struct {
	*filestore.Store

	server *jupytertest.Server
	// stored is the image name of each instance there is, by its name.
	stored map[string]string
}

var liveNames = []string{"live", "one", "two", "three", "four"}

// served returns the image name that the server has for an instance; "" if there's no such instance.
func (l liveStore) served(ctx context.Context, name string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.server.URL+"/elyra/metadata/runtime-images/"+name, http.NoBody)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "token "+l.server.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil || resp.StatusCode == http.StatusNotFound:
		return "", err
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%s: %s", resp.Status, body)
	}
	document, err := elyra.ParseDocument(body)
	return imageOf(elyra.Instance{Document: document}).ImageName, err
}

// change makes a random change, and waits until the server serves it, a second at
// most.
func (l liveStore) change(t *testing.T, random *rand.Rand, number int) {
	t.Helper()
	name := liveNames[random.IntN(len(liveNames))]
	wanted := image(name)
	wanted.ImageName = fmt.Sprintf("team/live:%d", number)
	operation := "create"
	if l.stored[name] != "" {
		operation = []string{"update", "update", "update", "delete"}[random.IntN(4)]
	}
	var err error
	switch operation {
	case "create":
		_, err = create(l.Store, wanted)
	case "update":
		_, err = update(l.Store, wanted)
	case "delete":
		_, err = l.Delete(t.Context(), name, nil)
		wanted.ImageName = ""
	}
	must(t, err)
	l.stored[name] = wanted.ImageName
	for deadline := time.Now().Add(time.Second); ; {
		served, err := l.served(t.Context(), name)
		must(t, err)
		switch {
		case served == wanted.ImageName:
			return
		case time.Now().After(deadline):
			t.Fatalf("operation %d, %s of %s: a second later, the server still serves %q instead of %q", number, operation, name, served, wanted.ImageName)
		}
	}
}
