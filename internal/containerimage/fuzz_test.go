package containerimage

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzManifest: whatever a registry sends instead of a manifest, an index or a configuration, a check
// ends in time, with a report whose problems are of a known kind, short and printable. In the
// documents, CHILD and CONFIG stand for the digests of the others.
func FuzzManifest(f *testing.F) {
	const (
		manifestType = "application/vnd.oci.image.manifest.v1+json"
		indexType    = "application/vnd.oci.image.index.v1+json"
		config       = `{"os":"linux","architecture":"amd64","config":{"Env":["PATH=/bin"],"User":"1001"},"rootfs":{"type":"layers","diff_ids":[]}}`
		layer        = `{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1","size":32}`
		manifest     = `{"schemaVersion":2,"mediaType":"` + manifestType + `","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"CONFIG","size":130},"layers":[` + layer + `]}`
		index        = `{"schemaVersion":2,"mediaType":"` + indexType + `","manifests":[{"mediaType":"` + manifestType + `","digest":"CHILD","size":300,"platform":{"os":"linux","architecture":"amd64"}}]}`
	)
	f.Add(manifestType, []byte(manifest), []byte(""), []byte(config))
	f.Add(indexType, []byte(index), []byte(manifest), []byte(config))
	f.Add(indexType, []byte(strings.Replace(index, "amd64", "arm64", 1)), []byte(manifest), []byte(config))
	f.Add(indexType, []byte(index), []byte(index), []byte(config))
	f.Add("application/vnd.docker.distribution.manifest.v2+json", []byte(manifest), []byte(""), []byte("null"))
	f.Add("application/vnd.docker.distribution.manifest.v1+prettyjws", []byte(`{"schemaVersion":1}`), []byte(""), []byte(""))
	f.Add(manifestType, []byte(strings.Replace(manifest, layer, "", 1)), []byte(""), []byte(config)) // FROM scratch, and ENV alone
	f.Add("text/html", []byte("<html>"), []byte(""), []byte(""))
	f.Add(manifestType, []byte(`{"layers":null,"config":{"size":-1,"digest":"sha256:"}}`), []byte("{"), []byte(`{"config":{"Env":["PATH"],"User":":"}}`))
	f.Add(manifestType, []byte(strings.Replace(manifest, layer, strings.Repeat(layer+",", 5)+layer, 1)), []byte(""), []byte(strings.Replace(config, "/bin", strings.Repeat("/a:", 300), 1)))

	f.Fuzz(func(t *testing.T, mediaType string, top, child, config []byte) {
		digest := func(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }
		link := func(b []byte) []byte {
			return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("CONFIG"), []byte(digest(config))), []byte("CHILD"), []byte(digest(child)))
		}
		child = link(child)
		top = link(top)
		documents := map[string][]byte{"1": top, digest(top): top, digest(child): child, digest(config): config}
		registry := func(w http.ResponseWriter, r *http.Request) {
			b, ok := documents[path.Base(r.URL.Path)]
			switch {
			case r.URL.Path == "/v2/":
			case !ok:
				http.NotFound(w, r)
			default:
				w.Header()["Content-Type"] = []string{mediaType}
				if digest(b) == digest(child) && len(child) > 0 {
					w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
				}
				w.Header().Set("Docker-Content-Digest", digest(b))
				w.Header().Set("Content-Length", fmt.Sprint(len(b)))
				_, _ = w.Write(b)
			}
		}
		client := NewClient(Credentials{})
		// What a fuzzer covers must not depend on the scheduler, nor on ports.
		client.transports[""] = roundTrip(func(req *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			registry(w, req)
			resp := w.Result()
			resp.Request = req
			if req.Method == http.MethodHead {
				resp.Body = http.NoBody
			}
			return resp, nil
		})
		start := time.Now()
		r, err := client.Check(t.Context(), "127.0.0.1:1/team/image:1", Options{Inspect: true, MaxBytes: 1 << 20, Timeout: 20 * time.Second})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		if err != nil {
			if !errors.As(err, new(*UnreachableError)) {
				t.Errorf("%v, which isn't an UnreachableError", err)
			}
			return
		}
		if says(r.Exists) == "true" && r.Digest != digest(top) {
			t.Errorf("digest %s, want %s", r.Digest, digest(top))
		}
		if len(r.Problems) == 0 || met(r) == "true" {
			t.Errorf("no problem with an image that has nothing: %+v", r)
		}
		for _, p := range r.Problems {
			unprintable := strings.IndexFunc(p.Error(), func(c rune) bool { return !unicode.IsPrint(c) })
			if !slices.ContainsFunc(Kinds(), func(k *Kind) bool { return k.Code == p.Code }) || p.Message == "" || p.NextStep == "" || len(p.Error()) > 4096 || unprintable >= 0 {
				t.Errorf("problem %q: %q %q", p.Code, p.Message, p.NextStep)
			}
		}
	})
}
