package serverstore_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// encodings are the forms in which a debugging proxy may repeat a request.
var encodings = map[string]func(string) string{
	"plain":      func(s string) string { return s },
	"query":      url.QueryEscape,
	"lower":      func(s string) string { return escapes.ReplaceAllStringFunc(url.QueryEscape(s), strings.ToLower) },
	"path":       url.PathEscape,
	"json":       func(s string) string { b, _ := json.Marshal(s); return string(b) },
	"html":       html.EscapeString,
	"hex":        func(s string) string { return hex.EncodeToString([]byte(s)) },
	"base64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"raw base64": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 of more": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte("x"+s)) + base64.URLEncoding.EncodeToString([]byte("yy"+s+"z"))
	},
}

var escapes = regexp.MustCompile("%[0-9A-F]{2}")

// TestSecretsAreMasked: a server that repeats the whole request, and each secret
// of it in every form, in the text of an error.
func TestSecretsAreMasked(t *testing.T) {
	const odd = `5ecret/+=&%?"<ü>;x`
	// A value of a header or a cookie is plainer than a password may be.
	const tokenSecret, headerSecret, cookieSecret, basicSecret = "t0ken/+=5ecret~", "h3ader 5ecret/+=", "c00kie-5ecret%2F", "ba5ic:5ecret+"
	basic := base64.StdEncoding.EncodeToString([]byte("jdoe:" + basicSecret))
	for name, tt := range map[string]struct {
		options elyratest.Options
		change  func(*serverstore.Config)
		secrets []string
	}{
		"token": {
			options: elyratest.Options{Token: tokenSecret},
			change: func(c *serverstore.Config) {
				c.Token = tokenSecret
				c.Headers = map[string]string{"X-Proxy": headerSecret, "Cookie": "a=b; session=" + cookieSecret, "Proxy-Authorization": "Basic " + basic}
			},
			secrets: []string{tokenSecret, headerSecret, cookieSecret, basicSecret, basic, "token " + tokenSecret},
		},
		"password": {
			options: elyratest.Options{Password: odd},
			change:  func(c *serverstore.Config) { c.Token, c.Password = "", odd },
			secrets: []string{odd},
		},
		"open": {change: func(c *serverstore.Config) { c.Token = "" }},
	} {
		t.Run(name, func(t *testing.T) {
			for encoding, encode := range encodings {
				server := elyratest.New(t, tt.options)
				var secrets []string
				server.Inject(elyratest.Fault{Path: collection + "*", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					dump, err := httputil.DumpRequest(r, true)
					if err != nil {
						t.Error(err)
					}
					secrets = append([]string{}, tt.secrets...)
					for _, cookie := range r.Cookies() {
						if cookie.Name != "a" {
							secrets = append(secrets, cookie.Value)
						}
					}
					if xsrf := r.Header.Get("X-Xsrftoken"); xsrf != "" {
						secrets = append(secrets, xsrf)
					}
					message := "echo:"
					for _, secret := range secrets {
						message += " [" + encode(secret) + "]"
					}
					elyratest.Say(http.StatusBadRequest, message+" "+encode(string(dump)))(w, r, next)
				}})
				cfg := config(server)
				tt.change(&cfg)
				log := &recorder{}
				cfg.OnRequest = log.record
				store := newStore(t, cfg)
				_, readErr := store.Get(t.Context(), "mine")
				_, createErr := store.Create(t.Context(), image("mine"))
				_, deleteErr := store.Delete(t.Context(), "mine")
				text := fmt.Sprint(readErr, createErr, deleteErr, log.text())
				if !strings.Contains(text, "echo: [") || !strings.Contains(text, "***") {
					t.Fatalf("%s: nothing was repeated: %s", encoding, text)
				}
				for _, secret := range secrets {
					for form, encode := range encodings {
						if strings.Contains(text, encode(secret)) {
							t.Errorf("%s: the %s form of %q is in %s", encoding, form, secret, text)
						}
					}
				}
			}
		})
	}
}

// TestSecretInARedirect: nor where a redirect leads.
func TestSecretInARedirect(t *testing.T) {
	server := newServer(t)
	server.Inject(elyratest.Fault{Do: elyratest.Redirect("https://elsewhere.example.com/" + token + "/x")})
	_, err := newStore(t, config(server)).Get(t.Context(), "mine")
	if want := "https://elsewhere.example.com/***/x"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	checkSecrets(t, err.Error())
}
