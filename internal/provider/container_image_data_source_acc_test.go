package provider_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
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
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
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
var complete = layertest.Lines{"opt/bin/python3*", "opt/lib/python3.11/os.py", "opt/lib/python3.11/site-packages/pip/__main__.py", "opt/lib/python3.11/site-packages/papermill-2.6.0.dist-info",
	"usr/bin/curl*", "usr/bin/mkdir*", "usr/bin/tar*", "usr/bin/gzip*", "usr/bin/sh*", "etc/ssl/cert.pem"}

// push stores an image of one layer and returns its digest.
func push(t *testing.T, imageName string, layer layertest.Lines) string {
	t.Helper()
	image, err := mutate.AppendLayers(empty.Image, static.NewLayer(layer.Tar(), types.DockerUncompressedLayer))
	must(t, err)
	config, err := image.ConfigFile()
	must(t, err)
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", "amd64"
	config.Config = v1.Config{Env: []string{"PATH=/opt/bin:/usr/bin"}, Labels: map[string]string{"team": "a"}, Entrypoint: []string{"/init"}}
	image, err = mutate.ConfigFile(image, config)
	must(t, err)
	ref, err := name.ParseReference(imageName)
	must(t, err)
	must(t, remote.Write(ref, image, remote.WithAuth(&authn.Basic{Username: "jdoe", Password: registryPassword})))
	digest, err := image.Digest()
	must(t, err)
	return digest.String()
}

// containerImage is a data block.
func containerImage(label, imageName string, lines ...string) string {
	return fmt.Sprintf("data \"elyra_container_image\" %q {\n  image_name = %q\n%s\n}\noutput %q {\n  value = data.elyra_container_image.%s\n}\n",
		label, imageName, strings.Join(lines, "\n"), label, label)
}

func TestAccContainerImageDataSource(t *testing.T) {
	t.Parallel()
	w := newFilesWorkspace(t)
	w.commandLine = w.attached()
	host := imageRegistry(t)
	good, bare := host+"/acme/good:1", host+"/acme/bare:1"
	digest := push(t, good, complete)
	push(t, bare, slices.Concat(complete[1:], layertest.Lines{"opt/python3*"}))
	listener := httptest.NewServer(http.NotFoundHandler())
	listener.Close() // nothing listens there any more
	unreachable := strings.TrimPrefix(listener.URL, "http://") + "/acme/image:1"

	w.applies(
		containerImage("good", good, "inspect = false"),
		containerImage("inspected", good, "inspect = true", `programs = ["tar", "git"]`),
		containerImage("bare", bare, "inspect = true"),
		containerImage("absent", host+"/acme/good:2"),
		containerImage("private", host+"/acme/private/image:1"),
		containerImage("unreachable", unreachable, "allow_unreachable = true"),
	)
	outputs := w.outputs()
	type object = map[string]any
	for label, want := range map[string]object{
		"good": {
			"exists": true, "anonymous_pull": true, "prerequisites_met": nil, "python": nil, "curl": nil,
			"digest": digest, "pinned_image_name": host + "/acme/good@" + digest, "problems": []any{}, "id": good,
			"labels": object{"team": "a"}, "entrypoint": []any{"/init"}, "platforms": []any{"linux/amd64"}, "selected_platform": "linux/amd64",
			"created": nil, "user": nil, "image_user": nil, "working_dir": nil, "os": nil,
		},
		"inspected": {
			"prerequisites_met": true, "problems": []any{}, "user": 0.0, "program_paths": object{"tar": "/usr/bin/tar"},
			"python": object{
				"path": "/opt/bin/python3", "target": "/opt/bin/python3", "version": "3.11", "pip": "/opt/lib/python3.11/site-packages/pip",
				"distributions": object{"papermill": "2.6.0"},
			},
			"curl": object{"path": "/usr/bin/curl", "target": "/usr/bin/curl"},
		},
		"bare":        {"exists": true, "prerequisites_met": false, "python": nil, "problem": "python3_missing error Install Python 3 in the image"},
		"absent":      {"exists": false, "anonymous_pull": false, "digest": nil, "pinned_image_name": nil, "problem": "image_not_found error Check the tag or digest"},
		"private":     {"exists": nil, "anonymous_pull": false, "problem": "credentials_required unknown "},
		"unreachable": {"exists": nil, "problem": "registry_unreachable unknown "},
	} {
		got := outputs[label].(object)
		for name, value := range want {
			if name == "problem" {
				problem := got["problems"].([]any)[0].(object)
				if said := fmt.Sprint(problem["code"], " ", problem["severity"], " ", problem["next_step"]); !strings.HasPrefix(said, value.(string)) {
					t.Errorf("%s: the problem is %s, want %s", label, said, value)
				}
			} else if !reflect.DeepEqual(got[name], value) {
				t.Errorf("%s: %s is %v, want %v", label, name, got[name], value)
			}
		}
	}
	if layers := outputs["good"].(object)["layers"].([]any); len(layers) != 1 {
		t.Errorf("the layers are %v", layers)
	}

	w.write(containerImage("x", unreachable))
	w.fails(plan, "Unable to check container image", "allow_unreachable = true")
	w.write(
		containerImage("platform", good, `platform = "linux"`),
		containerImage("programs", good, "inspect = true", `programs = ["/bin/git"]`),
		containerImage("authority", good, `ca_cert_pem = "x"`),
	)
	output, _ := w.try(plan)
	wantOutput(t, output, "Unable to check container image", "platform", "program", "certificate")
	w.write(containerImage("name", "python:3.11"), containerImage("bytes", good, "max_bytes = 0"), containerImage("timeout", good, `timeout = "30"`))
	output, _ = w.try(plan)
	wantOutput(t, output, "Invalid image name", "library/python:3.11", "at least 1", "Invalid duration", `"45s"`)
}

// TestAccExample_imageChecks: an image that lacks something fails the plan, with what it lacks; a good one is used by its
// digest.
func TestAccExample_imageChecks(t *testing.T) {
	t.Parallel()
	host := imageRegistry(t)
	good, bare := host+"/acme/good:1", host+"/acme/bare:1"
	digest := push(t, good, complete)
	push(t, bare, complete[1:])
	c := newCommandLine(t, newPlace(t).searchPath()).attached()
	c.addExamples("image-checks/main.tf")
	c.mustFail(apply+" -var image_name="+bare, "Resource postcondition failed", "python3")
	c.run(apply + " -var image_name=" + good)
	if got := c.outputs()["pinned"]; got != host+"/acme/good@"+digest {
		t.Errorf("pinned is %v", got)
	}
}

// TestAccContainerImageDataSource_credentials checks a private image with each
// way to configure credentials, with all that Terraform can log, and looks for
// secrets in that and in the state.
func TestAccContainerImageDataSource_credentials(t *testing.T) {
	t.Parallel()
	host := imageRegistry(t)
	push(t, host+"/acme/private/image:1", complete)
	basic := base64.StdEncoding.EncodeToString([]byte("jdoe:" + registryPassword))
	docker := `{"auths":{"` + host + `":{"auth":"` + basic + `"}}}`
	const login = `registry_auth = { "HOST" = { username = "jdoe", password = var.secret } }`
	for name, tt := range map[string]struct {
		arguments, secret string // of the provider
		want              string
	}{
		"none":          {"", "", "result = anonymous false, authenticated null, credentials_required"},
		"registry_auth": {login, registryPassword, "result = anonymous false, authenticated true,"},
		"wrong":         {login, "wrong-s3cret", "result = anonymous false, authenticated false, credentials_refused"},

		"docker_config_json":                  {"docker_config_json = var.secret", docker, "result = anonymous false, authenticated true,"},
		"docker_config_json has another form": {"docker_config_json = var.secret", registryPassword, "isn't the content of a .dockerconfigjson"},
		"docker_config_json is empty":         {"docker_config_json = var.secret", `{"auths":{}}`, "without any credentials"},
		"docker_config_json is a path":        {"docker_config_json = var.secret", "~/.docker/config.json", `file(pathexpand("~/.docker/config.json"))`},

		"use_docker_config":      {"use_docker_config = true", docker, "result = anonymous false, authenticated true,"},
		"unknown":                {"docker_config_json = terraform_data.late.output", docker, "known only after apply"},
		"unknown and waited for": {"docker_config_json = terraform_data.late.output", docker, "result = anonymous false, authenticated true,"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommandLine(t)
			home, variable := t.TempDir(), "secret"
			if strings.HasPrefix(name, "unknown") {
				variable = "late"
			}
			if name == "use_docker_config" {
				writeFile(t, filepath.Join(home, ".docker", "config.json"), tt.secret)
			}
			c.env = append(c.env, "HOME="+home, "TF_LOG=trace", "TF_VAR_"+variable+"="+tt.secret, "TF_VAR_image_name="+host+"/acme/private/image:1")
			c.copyAll("internal/provider/testdata/registry_credentials")
			c.replace("main.tf", "# arguments", strings.ReplaceAll(tt.arguments, "HOST", host))
			if name == "unknown and waited for" {
				c.replace("main.tf", "# depends_on", "depends_on = [terraform_data.late]")
			}
			output, _ := c.try("terraform apply -no-color -input=false -auto-approve")
			wantOutput(t, output, tt.want)
			wantTraced(t, output, registryPassword, "wrong-s3cret", basic)
			state := readFile(t, filepath.Join(c.dir, "terraform.tfstate"))
			if state == "" && strings.HasPrefix(tt.want, "result = ") {
				t.Error("there's no state")
			}
			if variable != "late" { // what terraform_data was given is its own to keep
				wantNoSecrets(t, "the state", state, registryPassword, "wrong-s3cret", basic)
			}
		})
	}
}

// TestAccExample_containerImageDataSource applies the example to an image of a registry in this process: no test asks a
// public one.
func TestAccExample_containerImageDataSource(t *testing.T) {
	t.Parallel()
	host := imageRegistry(t)
	push(t, host+"/acme/training:1.4.0", complete)
	push(t, host+"/acme/private/training:1.4.0", complete)
	c := newCommandLine(t, newPlace(t).searchPath(), "TF_VAR_registry_password="+registryPassword).attached()
	const dir = "data-sources/elyra_container_image/"
	c.addExamples(dir+"data-source.tf", dir+"private.tf")
	c.run("sed -i 's|quay.io/acme|" + host + "/acme|; s|\"quay.io\"|\"" + host + "\"|' *.tf")
	c.mustFail(plan, "Resource precondition failed", "set pull_secret")
	c.run(apply + " -var pull_secret=regcred")
}
