package provider_test

import (
	"archive/tar"
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// imageRegistry is a registry in this process. What real ones do is the business
// of package containerimage's own tests.
func imageRegistry(t *testing.T) (host string) {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/acme/private/") && r.Method != http.MethodPut {
			w.Header().Set("Www-Authenticate", `Basic realm="acme"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// push stores an image with these executables and returns its digest.
func push(t *testing.T, imageName string, executables ...string) string {
	t.Helper()
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for _, path := range executables {
		if err := archive.WriteHeader(&tar.Header{Name: path, Mode: 0o755, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers", DiffIDs: diffIDs(t, image)},
		Config: v1.Config{Env: []string{"PATH=/opt/bin:/usr/bin"}, Labels: map[string]string{"team": "a"}, Entrypoint: []string{"/init"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(imageName)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func diffIDs(t *testing.T, image v1.Image) []v1.Hash {
	t.Helper()
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return file.RootFS.DiffIDs
}

func containerImageStep(variables config.Variables) resource.TestStep {
	return resource.TestStep{ConfigDirectory: directory("container_image"), ConfigVariables: variables}
}

func TestAccContainerImageDataSource(t *testing.T) {
	filesPlace(t)
	host := imageRegistry(t)
	good, bare := host+"/acme/good:1", host+"/acme/bare:1"
	digest := push(t, good, "opt/bin/python3", "usr/bin/curl")
	push(t, bare, "usr/bin/curl", "opt/python3")

	step := func(imageName string, inspect bool, checks map[string]knownvalue.Check) resource.TestStep {
		s := containerImageStep(config.Variables{"image_name": config.StringVariable(imageName), "inspect": config.BoolVariable(inspect)})
		for attribute, check := range checks {
			s.ConfigStateChecks = append(s.ConfigStateChecks, statecheck.ExpectKnownValue("data.elyra_container_image.test", tfjsonpath.New(attribute), check))
		}
		return s
	}
	problem := func(code, nextStep string) knownvalue.Check {
		return knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"code": knownvalue.StringExact(code), "next_step": knownvalue.StringRegexp(regexp.MustCompile(nextStep)),
		})})
	}
	no, yes, null := knownvalue.Bool(false), knownvalue.Bool(true), knownvalue.Null()
	acceptance(t,
		step(good, false, map[string]knownvalue.Check{
			"exists": yes, "anonymous_pull": yes, "prerequisites_met": null, "python": null, "curl": null,
			"digest": knownvalue.StringExact(digest), "pinned_image_name": knownvalue.StringExact(host + "/acme/good@" + digest),
			"problems": knownvalue.ListSizeExact(0), "id": knownvalue.StringExact(good),
			"labels":     knownvalue.MapExact(map[string]knownvalue.Check{"team": knownvalue.StringExact("a")}),
			"entrypoint": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("/init")}),
			"platforms":  knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("linux/amd64")}),
			"created":    null,
		}),
		step(good, true, map[string]knownvalue.Check{
			"prerequisites_met": yes, "problems": knownvalue.ListSizeExact(0),
			"python": knownvalue.ObjectExact(map[string]knownvalue.Check{"path": knownvalue.StringExact("/opt/bin/python3"), "target": knownvalue.StringExact("/opt/bin/python3"), "version": null}),
			"curl":   knownvalue.ObjectExact(map[string]knownvalue.Check{"path": knownvalue.StringExact("/usr/bin/curl"), "target": knownvalue.StringExact("/usr/bin/curl")}),
		}),
		step(bare, true, map[string]knownvalue.Check{"exists": yes, "prerequisites_met": no, "python": null, "problems": problem("python3_missing", "")}),
		step(host+"/acme/good:2", false, map[string]knownvalue.Check{"exists": no, "anonymous_pull": no, "digest": null, "pinned_image_name": null, "problems": problem("image_not_found", "")}),
		step(host+"/acme/private/image:1", false, map[string]knownvalue.Check{"exists": no, "anonymous_pull": no, "problems": problem("credentials_required", "pull_secret")}),
	)
}

func TestAccContainerImageDataSource_unreachable(t *testing.T) {
	filesPlace(t)
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nothing listens there any more
	variables := config.Variables{"image_name": config.StringVariable(strings.TrimPrefix(server.URL, "http://") + "/acme/image:1")}
	refused := containerImageStep(variables)
	refused.ExpectError = regexp.MustCompile(`(?s)Unable to check container image.*allow_unreachable\s*=\s*true`)
	acceptance(t, refused)
	allowed := containerImageStep(with(variables, "allow_unreachable", config.BoolVariable(true)))
	allowed.ConfigStateChecks = []statecheck.StateCheck{
		statecheck.ExpectKnownValue("data.elyra_container_image.test", tfjsonpath.New("problems").AtSliceIndex(0).AtMapKey("code"), knownvalue.StringExact("registry_unreachable")),
		statecheck.ExpectKnownValue("data.elyra_container_image.test", tfjsonpath.New("exists"), knownvalue.Null()),
	}
	acceptance(t, allowed)
}

func TestAccContainerImageDataSource_invalidConfig(t *testing.T) {
	filesPlace(t)
	for _, tt := range []struct {
		variable string
		value    config.Variable
		want     string
	}{
		{"image_name", config.StringVariable("python:3.11"), `(?s)Invalid image name.*library/python:3.11`},
		{"platform", config.StringVariable("linux"), `(?s)Unable to check container image.*platform`},
		{"max_bytes", config.IntegerVariable(0), `at least 1`},
		{"timeout", config.StringVariable("30"), `(?s)Invalid duration.*"45s"`},
		{"ca_cert_pem", config.StringVariable("x"), `(?s)Unable to check container image.*certificate`},
	} {
		step := containerImageStep(with(config.Variables{"image_name": config.StringVariable("localhost:1/acme/image:1")}, tt.variable, tt.value))
		step.ExpectError = regexp.MustCompile(tt.want)
		acceptance(t, step)
	}
}

// TestAccExample_imageChecks: an image that lacks something fails the plan, with
// what it lacks; a good one is used by its digest.
func TestAccExample_imageChecks(t *testing.T) {
	filesPlace(t)
	host := imageRegistry(t)
	good, bare := host+"/acme/good:1", host+"/acme/bare:1"
	digest := push(t, good, "opt/bin/python3", "opt/bin/python3.12", "usr/bin/curl")
	push(t, bare, "usr/bin/curl")
	failing := example(t, "image-checks/main.tf")
	failing.ConfigVariables = config.Variables{"image_name": config.StringVariable(bare)}
	failing.ExpectError = regexp.MustCompile(`(?s)Resource postcondition failed.*python3`)
	passing := example(t, "image-checks/main.tf")
	passing.ConfigVariables = config.Variables{"image_name": config.StringVariable(good)}
	passing.ConfigStateChecks = []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("pinned", knownvalue.StringExact(host+"/acme/good@"+digest))}
	applyExamples(t, failing, passing)
}

// TestAccExample_containerImageDataSource applies the example to an image of a
// registry in this process: no test asks a public one.
func TestAccExample_containerImageDataSource(t *testing.T) {
	filesPlace(t)
	host := imageRegistry(t)
	push(t, host+"/acme/training:1.4.0", "opt/bin/python3", "usr/bin/curl")
	step := exampleWith(t, strings.NewReplacer("quay.io/acme", host+"/acme"), "data-sources/elyra_container_image/data-source.tf")
	applyExamples(t, step)
}
