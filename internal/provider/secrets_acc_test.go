package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

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
			c := newCommandLine(t)
			c.env = append(c.env, "TF_LOG=trace", "TF_VAR_header="+header, "TF_VAR_endpoint="+tt.endpoint, "TF_VAR_"+tt.credential)
			c.copyAll("internal/provider/testdata/server_secrets")
			output, _ := c.try(`for command in "apply -auto-approve" plan "destroy -auto-approve"; do
				terraform $command -no-color -input=false || true
			done`)
			if !strings.Contains(unwrap(output), tt.want) {
				t.Errorf("%q isn't in the output, which ends with:\n%s", tt.want, output[max(0, len(output)-2000):])
			}
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
			if line := lineWith(text, form); line != "" {
				t.Errorf("%q is in %s: %.200s", form, where, line)
			}
		}
	}
}
