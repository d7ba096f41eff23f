package provider_test

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
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

// registryPassword opens what imageRegistry has below acme/private.
const registryPassword = "registry-s3cret"

// imageRegistry is a registry in this process. What real ones do is the business
// of package containerimage's own tests.
func imageRegistry(t *testing.T) (host string) {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		if password != registryPassword && (r.URL.Path == "/v2/" || strings.HasPrefix(r.URL.Path, "/v2/acme/private/")) {
			w.Header().Set("Www-Authenticate", `Basic realm="acme"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	return strings.TrimPrefix(listener.URL, "http://")
}

// complete is everything that Elyra needs, the Python first.
var complete = []string{"opt/bin/python3", "opt/lib/python3.11/os.py", "opt/lib/python3.11/site-packages/pip/__main__.py", "opt/lib/python3.11/site-packages/papermill-2.6.0.dist-info",
	"usr/bin/curl", "usr/bin/mkdir", "usr/bin/tar", "usr/bin/gzip", "usr/bin/sh", "etc/ssl/cert.pem"}

// push stores an image with these executables and returns its digest.
func push(t *testing.T, imageName string, executables ...string) string {
	t.Helper()
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	program := make([]byte, 64) // the beginning of one for linux/amd64
	copy(program, "\x7fELF\x02\x01\x01")
	program[18] = 0x3e
	for _, path := range executables {
		if err := archive.WriteHeader(&tar.Header{Name: path, Mode: 0o755, Typeflag: tar.TypeReg, Size: int64(len(program))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(program); err != nil {
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
	if err := remote.Write(ref, image, remote.WithAuth(&authn.Basic{Username: "jdoe", Password: registryPassword})); err != nil {
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
	digest := push(t, good, complete...)
	push(t, bare, slices.Concat(complete[1:], []string{"opt/python3"})...)

	step := func(imageName string, inspect bool, checks map[string]knownvalue.Check) resource.TestStep {
		s := containerImageStep(config.Variables{"image_name": config.StringVariable(imageName), "inspect": config.BoolVariable(inspect), "programs": config.SetVariable(config.StringVariable("tar"), config.StringVariable("git"))})
		for attribute, check := range checks {
			s.ConfigStateChecks = append(s.ConfigStateChecks, statecheck.ExpectKnownValue("data.elyra_container_image.test", tfjsonpath.New(attribute), check))
		}
		return s
	}
	problem := func(code, nextStep string) knownvalue.Check {
		return knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"code": knownvalue.StringExact(code), "severity": knownvalue.StringRegexp(regexp.MustCompile("^(error|unknown)$")), "next_step": knownvalue.StringRegexp(regexp.MustCompile(nextStep)),
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
			"created":    null, "user": null, "image_user": null, "working_dir": null, "os": null,
			"selected_platform": knownvalue.StringExact("linux/amd64"), "layers": knownvalue.ListSizeExact(1),
		}),
		step(good, true, map[string]knownvalue.Check{
			"prerequisites_met": yes, "problems": knownvalue.ListSizeExact(0),
			"python": knownvalue.ObjectExact(map[string]knownvalue.Check{"path": knownvalue.StringExact("/opt/bin/python3"), "target": knownvalue.StringExact("/opt/bin/python3"), "version": knownvalue.StringExact("3.11"), "pip": knownvalue.StringExact("/opt/lib/python3.11/site-packages/pip"),
				"distributions": knownvalue.MapExact(map[string]knownvalue.Check{"papermill": knownvalue.StringExact("2.6.0")})}),
			"user": knownvalue.Int64Exact(0), "program_paths": knownvalue.MapExact(map[string]knownvalue.Check{"tar": knownvalue.StringExact("/usr/bin/tar")}),
			"curl": knownvalue.ObjectExact(map[string]knownvalue.Check{"path": knownvalue.StringExact("/usr/bin/curl"), "target": knownvalue.StringExact("/usr/bin/curl")}),
		}),
		step(bare, true, map[string]knownvalue.Check{"exists": yes, "prerequisites_met": no, "python": null, "problems": problem("python3_missing", "^Install Python 3 in the image")}),
		step(host+"/acme/good:2", false, map[string]knownvalue.Check{"exists": no, "anonymous_pull": no, "digest": null, "pinned_image_name": null, "problems": problem("image_not_found", "^Check the tag or digest")}),
		step(host+"/acme/private/image:1", false, map[string]knownvalue.Check{"exists": null, "anonymous_pull": no, "problems": problem("credentials_required", "pull_secret")}),
	)
}

func TestAccContainerImageDataSource_unreachable(t *testing.T) {
	filesPlace(t)
	listener := httptest.NewServer(http.NotFoundHandler())
	listener.Close() // nothing listens there any more
	variables := config.Variables{"image_name": config.StringVariable(strings.TrimPrefix(listener.URL, "http://") + "/acme/image:1")}
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
		{"programs", config.SetVariable(config.StringVariable("/bin/git")), `(?s)Unable to check container image.*program`},
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
	digest := push(t, good, complete...)
	push(t, bare, complete[1:]...)
	failing := example(t, "image-checks/main.tf")
	failing.ConfigVariables = config.Variables{"image_name": config.StringVariable(bare)}
	failing.ExpectError = regexp.MustCompile(`(?s)Resource postcondition failed.*python3`)
	passing := example(t, "image-checks/main.tf")
	passing.ConfigVariables = config.Variables{"image_name": config.StringVariable(good)}
	passing.ConfigStateChecks = []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("pinned", knownvalue.StringExact(host+"/acme/good@"+digest))}
	applyExamples(t, failing, passing)
}

// TestAccContainerImageDataSource_credentials checks a private image with each
// way to configure credentials, with all that Terraform can log, and looks for
// secrets in that and in the state.
func TestAccContainerImageDataSource_credentials(t *testing.T) {
	t.Parallel()
	host := imageRegistry(t)
	push(t, host+"/acme/private/image:1", complete...)
	basic := base64.StdEncoding.EncodeToString([]byte("jdoe:" + registryPassword))
	docker := `{"auths":{"` + host + `":{"auth":"` + basic + `"}}}`
	for _, tt := range []struct {
		name                string
		arguments           string // of the provider
		login, docker, late string
		want                string
	}{
		{name: "none", want: "result = anonymous false, authenticated null, credentials_required"},
		{name: "registry_auth", arguments: `registry_auth = { "` + host + `" = { username = "jdoe", password = var.password } }`,
			login: registryPassword, want: "result = anonymous false, authenticated true,"},
		{name: "wrong", arguments: `registry_auth = { "` + host + `" = { username = "jdoe", password = var.password } }`,
			login: "wrong-s3cret", want: "result = anonymous false, authenticated false, credentials_refused"},
		{name: "docker_config_json", arguments: `docker_config_json = var.docker`,
			docker: docker, want: "result = anonymous false, authenticated true,"},
		{name: "docker_config_json has another form", arguments: `docker_config_json = var.docker`,
			docker: "registry-s3cret", want: "isn't the content of a .dockerconfigjson"},
		{name: "docker_config_json is empty", arguments: `docker_config_json = var.docker`,
			docker: `{"auths":{}}`, want: "without any credentials"},
		{name: "docker_config_json is a path", arguments: `docker_config_json = var.docker`,
			docker: "~/.docker/config.json", want: `file(pathexpand("~/.docker/config.json"))`},
		{name: "use_docker_config", arguments: `use_docker_config = true`, want: "result = anonymous false, authenticated true,"},
		{name: "unknown", arguments: `docker_config_json = terraform_data.late.output`,
			late: docker, want: "known only after apply"},
		{name: "unknown and waited for", arguments: `docker_config_json = terraform_data.late.output`,
			late: docker, want: "result = anonymous false, authenticated true,"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCommandLine(t)
			home := t.TempDir()
			if tt.arguments == "use_docker_config = true" {
				if err := os.MkdirAll(filepath.Join(home, ".docker"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(home, ".docker", "config.json"), []byte(docker), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c.env = append(c.env, "HOME="+home, "TF_LOG=trace", "TF_VAR_password="+tt.login, "TF_VAR_docker="+tt.docker,
				"TF_VAR_late="+tt.late, "TF_VAR_image_name="+host+"/acme/private/image:1")
			text, err := os.ReadFile(filepath.Join("testdata", "registry_credentials", "main.tf"))
			if err != nil {
				t.Fatal(err)
			}
			config := strings.Replace(string(text), "# arguments", tt.arguments, 1)
			if tt.name == "unknown and waited for" {
				config = strings.Replace(config, "# depends_on", "depends_on = [terraform_data.late]", 1)
			}
			c.write(t, "main.tf", config)
			output, _ := c.try(t, "terraform apply -no-color -input=false -auto-approve")
			if !strings.Contains(unwrap(output), tt.want) {
				t.Errorf("%q isn't in the output, which ends with:\n%s", tt.want, output[max(0, len(output)-2000):])
			}
			if !strings.Contains(output, "[TRACE]") {
				t.Error("nothing was traced")
			}
			state, err := os.ReadFile(filepath.Join(c.dir, "terraform.tfstate"))
			if err != nil && strings.HasPrefix(tt.want, "result = ") {
				t.Error(err)
			}
			for _, secret := range []string{registryPassword, "wrong-s3cret", basic} {
				if line := lineWith(output, secret); line != "" {
					t.Errorf("%q is in the output: %.200s", secret, line)
				}
				// What terraform_data was given is its own to keep.
				if strings.Contains(string(state), secret) && tt.late == "" {
					t.Errorf("%q is in the state", secret)
				}
			}
		})
	}
}

// TestAccExample_containerImageDataSource applies the example to an image of a
// registry in this process: no test asks a public one.
func TestAccExample_containerImageDataSource(t *testing.T) {
	filesPlace(t)
	host := imageRegistry(t)
	push(t, host+"/acme/training:1.4.0", complete...)
	push(t, host+"/acme/private/training:1.4.0", complete...)
	replace := strings.NewReplacer("quay.io/acme", host+"/acme", `"quay.io"`, `"`+host+`"`)
	step := func(pullSecret config.Variable) resource.TestStep {
		s := exampleWith(t, replace, "data-sources/elyra_container_image/data-source.tf", "data-sources/elyra_container_image/private.tf")
		s.ConfigVariables = config.Variables{"registry_password": config.StringVariable(registryPassword)}
		if pullSecret != nil {
			s.ConfigVariables["pull_secret"] = pullSecret
		}
		return s
	}
	missing := step(nil)
	missing.ExpectError = regexp.MustCompile(`(?s)Resource precondition failed.*set\s+pull_secret`)
	applyExamples(t, missing, step(config.StringVariable("regcred")))
}
