package provider_test

import (
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

	for _, tt := range []struct {
		name      string
		variables []string
		want      string
	}{
		{"token", []string{"endpoint=" + withToken.URL, "token=" + withToken.Token}, "Apply complete!"},
		{"password", []string{"endpoint=" + withPassword.URL, "password=" + withPassword.Password}, "Apply complete!"},
		{"wrong token", []string{"endpoint=" + withToken.URL, "token=wrong-s3cret"}, "Check the token"},
		{"wrong password", []string{"endpoint=" + withPassword.URL, "password=wrong-s3cret"}, "Check the password"},
		{"no server", []string{"endpoint=" + withToken.URL + "/elsewhere", "token=" + withToken.Token}, "Check the endpoint"},
		{"page", []string{"endpoint=" + page.URL, "token=" + withToken.Token}, "returned an HTML page"},
		{"redirect", []string{"endpoint=" + moved.URL, "token=" + withToken.Token}, "The server returned a login page"},
		{"token in the endpoint", []string{"endpoint=" + withToken.URL + "/lab?token=" + withToken.Token}, "put credentials into token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCommandLine(t)
			c.env = append(c.env, "TF_LOG=trace", "TF_VAR_header="+header)
			for _, variable := range tt.variables {
				c.env = append(c.env, "TF_VAR_"+variable)
			}
			c.copyTestdata(t, "server_secrets")
			output, _ := c.try(t, `for command in "apply -auto-approve" plan "destroy -auto-approve"; do
				terraform $command -no-color -input=false || true
			done`)
			if !strings.Contains(unwrap(output), tt.want) {
				t.Errorf("%q isn't in the output, which ends with:\n%s", tt.want, output[max(0, len(output)-2000):])
			}
			if !strings.Contains(output, "[TRACE]") {
				t.Error("nothing was traced")
			}
			for _, secret := range []string{withToken.Token, withPassword.Password, header, "wrong-s3cret", "redirect-s3cret", elyratest.PageToken} {
				// A value of a variable that the endpoint was made of is Terraform's
				// to print, in the line that it stands in.
				if line := lineWith(output, secret); line != "" && tt.name != "token in the endpoint" {
					t.Errorf("%q is in the output: %.200s", secret, line)
				}
			}
		})
	}
}
