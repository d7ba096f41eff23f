package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

const header = "header-s3cret"

// TestAccServer_secrets runs Terraform with all that it can log, on servers that
// let it in and servers that don't, and looks for secrets in what it printed.
func TestAccServer_secrets(t *testing.T) {
	t.Parallel()
	withToken := jupytertest.Start(t, jupytertest.Options{})
	withPassword := jupytertest.Start(t, jupytertest.Options{Password: "passw0rd-s3cret"})
	page := elyratest.New(t, elyratest.Options{})
	page.Inject(elyratest.Fault{Do: elyratest.Page(200)}) // with a live token in it
	moved := elyratest.New(t, elyratest.Options{})
	moved.Inject(elyratest.Fault{Do: elyratest.Redirect("/login?next=redirect-s3cret")})

	for name, tt := range map[string]struct{ endpoint, credential, want string }{
		"token":                 {withToken.URL, "token=" + withToken.Token, "Apply complete!"},
		"password":              {withPassword.URL, "password=" + withPassword.Password, "Apply complete!"},
		"wrong token":           {withToken.URL, "token=wrong-s3cret", "Check the token"},
		"wrong password":        {withPassword.URL, "password=wrong-s3cret", "Check the password"},
		"no server":             {withToken.URL + "/elsewhere", "token=" + withToken.Token, "Check the endpoint"},
		"page":                  {page.URL, "token=" + withToken.Token, "returned an HTML page"},
		"redirect":              {moved.URL, "token=" + withToken.Token, "The server returned a login page"},
		"token in the endpoint": {withToken.URL + "/lab?token=shown", "token=" + withToken.Token, "put credentials into token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommandLine(t, "TF_LOG=trace", "TF_VAR_header="+header, "TF_VAR_endpoint="+tt.endpoint, "TF_VAR_"+tt.credential)
			c.copyAll("internal/provider/testdata/server_secrets")
			output, _ := c.try(`for command in "apply -auto-approve" plan "destroy -auto-approve"; do
				terraform $command -no-color -input=false || true
			done`)
			wantOutput(t, output, tt.want)
			wantTraced(t, output, withToken.Token, withPassword.Password, header, "wrong-s3cret", "redirect-s3cret", elyratest.PageToken)
		})
	}
}

// wantTraced checks that an output has a trace, and no secret.
func wantTraced(t *testing.T, output string, secrets ...string) {
	t.Helper()
	if !strings.Contains(output, "[TRACE]") {
		t.Error("nothing was traced")
	}
	wantNoSecrets(t, "the output", output, secrets...)
}

// wantNoSecrets looks for secrets in a text, in each form that they can have.
func wantNoSecrets(t *testing.T, where, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		quoted, err := json.Marshal(secret)
		must(t, err)
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), strings.Trim(string(quoted), `"`),
		} {
			if before, after, found := strings.Cut(text, form); found {
				t.Errorf("%q is in %s: %s%s%.100s", form, where, before[max(0, len(before)-200):], form, after)
			}
		}
	}
}

// TestAccServer_killed kills the server in the middle of an apply, once while images are created and once while they are
// updated: after a restart, another apply completes the work.
func TestAccServer_killed(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	w := newServerWorkspace(t, server)
	w.commandLine = w.attached()
	w.at.arguments += "  max_retries = 0\n  request_timeout = \"5s\"\n"
	const images = 30
	for _, tag := range []string{"one", "two"} {
		w.write(manyImages(images, tag))
		dead := make(chan struct{})
		go func() { // the server dies as soon as some images have the tag
			defer close(dead)
			<-someTagged(t, w.a.near, tag)
			server.Kill()
		}()
		w.mustFail(apply, "Error: Unable to ")
		<-dead
		server.Restart(t)
		w.run(apply)
		if got, all := taggedImages(w.a.near, tag), len(imageNames(w.a.near)); got != images || all != images {
			t.Errorf("%d of %d images have the tag %s", got, all, tag)
		}
	}
}

// manyImages is a resource block of images that are numbered.
func manyImages(number int, tag string, more ...string) string {
	return fmt.Sprintf(`resource "elyra_runtime_image" "many" {
  count        = %d
  display_name = "Image ${count.index}"
  image_name   = "team/image-${count.index}:%s"
%s
}
`, number, tag, strings.Join(more, "\n"))
}

// someTagged is closed as soon as three images have the tag.
func someTagged(t *testing.T, dataDir, tag string) <-chan struct{} {
	some := make(chan struct{})
	go func() {
		defer close(some)
		for taggedImages(dataDir, tag) < 3 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond) // what is awaited is another program's doing
		}
	}()
	return some
}

// taggedImages counts the files whose image has the tag.
func taggedImages(dataDir, tag string) (number int) {
	for _, name := range imageNames(dataDir) {
		document, _ := os.ReadFile(instancePath(dataDir, name)) // which is in the making
		if strings.Contains(string(document), ":"+tag+`"`) {
			number++
		}
	}
	return number
}
