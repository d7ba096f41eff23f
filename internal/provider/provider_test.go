package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestConfigure: what is wrong with the provider's configuration is told on the
// argument at fault, with the way on.
func TestConfigure(t *testing.T) {
	boolean := func(b bool) tftypes.Value { return tftypes.NewValue(tftypes.Bool, b) }
	headers := func(name string) tftypes.Value {
		return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{name: text("s3cret")})
	}
	type arguments = map[string]tftypes.Value
	tests := []struct {
		name      string
		arguments arguments
		env       map[string]string
		attribute string // "" where nothing is said
		warning   bool
		words     string
	}{
		{name: "nothing"},
		{name: "files", arguments: arguments{"data_dir": text("/data"), "file_permission": text("0644"), "directory_permission": text("755")}},
		{name: "server", arguments: arguments{"endpoint": text("https://hub.example.com/user/jdoe/"), "token": text("s3cret")}},
		{name: "loopback", arguments: arguments{"endpoint": text("http://127.0.0.1:8888"), "token": text("s3cret")}},
		{name: "both", arguments: arguments{"data_dir": text("/data"), "endpoint": text("https://hub.example.com")}, attribute: "endpoint", words: "Remove one of them"},
		{name: "data_dir beats the environment", arguments: arguments{"data_dir": text("/data")}, env: map[string]string{"ELYRA_ENDPOINT": "::"}},
		{name: "endpoint beats the environment", arguments: arguments{"endpoint": text("https://hub.example.com")}, env: map[string]string{"ELYRA_ENDPOINT": "::"}},
		{name: "bad endpoint in the environment", env: map[string]string{"ELYRA_ENDPOINT": "hub.example.com"}, attribute: "endpoint", words: "The environment variable ELYRA_ENDPOINT must begin with http://"},
		{name: "bad token in the environment", arguments: arguments{"endpoint": text("https://hub.example.com")}, env: map[string]string{"JUPYTER_TOKEN": "s3cret\n"}, attribute: "token", words: "The environment variable JUPYTER_TOKEN"},
		{name: "a header beats a token of the environment", arguments: arguments{"endpoint": text("https://hub.example.com"), "headers": headers("authorization")}, env: map[string]string{"JUPYTER_TOKEN": "t"}},
		{name: "page", arguments: arguments{"endpoint": text("https://hub.example.com/user/jdoe/lab?token=s3cret")}, attribute: "endpoint", words: `"https://hub.example.com/user/jdoe"`},
		{name: "token and password", arguments: arguments{"endpoint": text("https://hub.example.com"), "token": text("s3cret"), "password": text("s3cret")}, attribute: "password", words: "accepts a token or a password"},
		{name: "a password beats a token of the environment", arguments: arguments{"endpoint": text("https://hub.example.com"), "password": text("s3cret")}, env: map[string]string{"JUPYTER_TOKEN": "t"}},
		{name: "plain http", arguments: arguments{"endpoint": text("http://hub.example.com"), "token": text("s3cret")}, attribute: "endpoint", warning: true, words: "https://"},
		{name: "plain http, token from the environment", arguments: arguments{"endpoint": text("http://hub.example.com")}, env: map[string]string{"JUPYTER_TOKEN": "s3cret"}, attribute: "endpoint", warning: true, words: "https://"},
		{name: "plain http, authorization in a header", arguments: arguments{"endpoint": text("http://hub.example.com"), "headers": headers("authorization")}, attribute: "endpoint", warning: true, words: "https://"},
		{name: "plain http, another header", arguments: arguments{"endpoint": text("http://hub.example.com"), "headers": headers("X-Team")}},
		{name: "user agent in a header", arguments: arguments{"endpoint": text("https://hub.example.com"), "headers": headers("user-agent")}},
		{name: "accept in a header", arguments: arguments{"endpoint": text("https://hub.example.com"), "headers": headers("accept")}, attribute: "headers", words: `"accept", which the provider itself sets`},
		{name: "empty token next to a password", arguments: arguments{"endpoint": text("https://hub.example.com"), "token": text(""), "password": text("s3cret")}, env: map[string]string{"JUPYTER_TOKEN": "t"}},
		{name: "insecure", arguments: arguments{"endpoint": text("https://hub.example.com"), "insecure_skip_verify": boolean(true)}, attribute: "insecure_skip_verify", warning: true, words: "ca_cert_pem"},
		{name: "certificate without key", arguments: arguments{"endpoint": text("https://hub.example.com"), "client_cert_pem": text("x")}, attribute: "client_cert_pem", words: "Set client_key_pem"},
		{name: "key without certificate", arguments: arguments{"endpoint": text("https://hub.example.com"), "client_key_pem": text("s3cret")}, attribute: "client_key_pem", words: "Set client_cert_pem"},
		{name: "bad authority", arguments: arguments{"endpoint": text("https://hub.example.com"), "ca_cert_pem": text("x")}, attribute: "ca_cert_pem", words: "BEGIN CERTIFICATE"},
		{name: "bad header", arguments: arguments{"endpoint": text("https://hub.example.com"), "headers": headers("X Y")}, attribute: "headers", words: `"X Y"`},
		{name: "token with a line break", arguments: arguments{"endpoint": text("https://hub.example.com"), "token": text("s3cret\n")}, attribute: "token", words: "line break"},
		{name: "timeout", arguments: arguments{"endpoint": text("https://hub.example.com"), "request_timeout": text("30")}, attribute: "request_timeout", words: `"45s"`},
		{name: "retries", arguments: arguments{"endpoint": text("https://hub.example.com"), "max_retries": tftypes.NewValue(tftypes.Number, -1)}, attribute: "max_retries", words: "whole number from 0 to 100"},
		{name: "fraction of a retry", arguments: arguments{"endpoint": text("https://hub.example.com"), "max_retries": tftypes.NewValue(tftypes.Number, 1.5)}, attribute: "max_retries", words: "whole number from 0 to 100, not 1.5"},
		{name: "home", arguments: arguments{"data_dir": text("~/x")}, attribute: "data_dir", words: `pathexpand("~/x")`},
		{name: "no directory", arguments: arguments{"data_dir": text("")}, attribute: "data_dir", words: "null"},
		{name: "blank directory", arguments: arguments{"data_dir": text(" ")}, attribute: "data_dir", words: "null"},
		{name: "line break after a directory", arguments: arguments{"data_dir": text("/data\n")}, attribute: "data_dir", words: `use "/data", or trimspace`},
		{name: "blank before a directory", arguments: arguments{"data_dir": text(" /data")}, attribute: "data_dir", words: `use "/data"`},
		{name: "home in a variable", arguments: arguments{"data_dir": text("$HOME/data")}, attribute: "data_dir", words: `pathexpand("~/data")`},
		{name: "home in braces", arguments: arguments{"data_dir": text("${HOME}/data")}, attribute: "data_dir", words: `pathexpand("~/data")`},
		{name: "variable", arguments: arguments{"data_dir": text("$DATA")}, attribute: "data_dir", words: "TF_VAR_"},
		{name: "address of files", arguments: arguments{"data_dir": text("file:///data")}, attribute: "data_dir", words: `the path "/data"`},
		{name: "images' directory", arguments: arguments{"data_dir": text("/data/metadata/runtime-images")}, attribute: "data_dir", words: `: "/data"`},
		{name: "images' directory with a slash", arguments: arguments{"data_dir": text("/data/metadata/runtime-images/")}, attribute: "data_dir", words: `: "/data"`},
		{name: "relative directory", arguments: arguments{"data_dir": text("relative")}},
		{name: "runtimes' directory", arguments: arguments{"data_dir": text("/data/metadata/runtimes")}, attribute: "data_dir", words: `: "/data"`},
		{name: "relative directory of images", arguments: arguments{"data_dir": text("metadata/runtime-images")}, attribute: "data_dir", words: `: "."`},
		{name: "directory with a name like the images'", arguments: arguments{"data_dir": text("/data/metadata/runtime-images-copy")}},
		{name: "permission", arguments: arguments{"data_dir": text("/data"), "file_permission": text("rw-r--r--")}, attribute: "file_permission", words: `"0644"`},
		{name: "special bits", arguments: arguments{"data_dir": text("/data"), "directory_permission": text("2775")}},
		{name: "special bits of files", arguments: arguments{"data_dir": text("/data"), "file_permission": text("2664")}, attribute: "file_permission", words: `three digits from 0 to 7, such as "0644"`},
		{name: "five digits", arguments: arguments{"data_dir": text("/data"), "directory_permission": text("02775")}, attribute: "directory_permission", words: `"2775"`},
		{name: "mode that locks out", arguments: arguments{"data_dir": text("/data"), "directory_permission": text("0600")}, attribute: "directory_permission", words: "0700"},
		{name: "server's argument for files", arguments: arguments{"data_dir": text("/data"), "token": text("s3cret")}, attribute: "token", warning: true, words: "Remove it"},
		{name: "files' argument for a server of the environment", arguments: arguments{"search_path": texts(listOfStrings, "/data")}, env: map[string]string{"ELYRA_ENDPOINT": "https://hub.example.com"}, attribute: "search_path", warning: true, words: "search_path is for files, but the environment variable ELYRA_ENDPOINT is set"},
		{name: "files' argument for a server", arguments: arguments{"endpoint": text("https://hub.example.com"), "file_permission": text("0644")}, attribute: "file_permission", warning: true, words: "Remove it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Isolate(t)
			for key, value := range tt.env {
				t.Setenv(key, value)
			}
			_, diagnostics := configure(t, tt.arguments)
			for _, d := range diagnostics {
				if strings.Contains(d.Summary+d.Detail, "s3cret") {
					t.Errorf("a secret is told: %s: %s", d.Summary, d.Detail)
				}
			}
			if tt.attribute == "" {
				if len(diagnostics) > 0 {
					t.Errorf("got %s: %s", diagnostics[0].Summary, diagnostics[0].Detail)
				}
				return
			}
			if len(diagnostics) != 1 || isError(diagnostics[0]) == tt.warning {
				t.Fatalf("got %d diagnostics: %+v", len(diagnostics), diagnostics)
			}
			d := diagnostics[0]
			if want := tftypes.NewAttributePath().WithAttributeName(tt.attribute); !d.Attribute.Equal(want) {
				t.Errorf("it is told on %s, want %s", d.Attribute, want)
			}
			if !strings.Contains(d.Summary+d.Detail, tt.words) {
				t.Errorf("%q isn't in %s: %s", tt.words, d.Summary, d.Detail)
			}
		})
	}
}

// TestTokenFromEnvironment: who didn't know of a variable with another server's token is told of it.
func TestTokenFromEnvironment(t *testing.T) {
	server := elyratest.New(t, elyratest.Options{Token: "secret"})
	for _, variable := range []string{"ELYRA_TOKEN", "JUPYTER_TOKEN"} {
		Isolate(t)
		t.Setenv(variable, "s3cret")
		provider := configured(t, set("endpoint", server.URL))
		plan := provider.respond(t, provider.image(t, "X", imageName, "", ""), planned{})
		if said := plan.Diagnostics[0].Detail; !strings.Contains(said, "The token comes from the environment variable "+variable+".") || strings.Contains(said, "s3cret") {
			t.Errorf("%s: %s", variable, said)
		}
	}
	provider := configured(t, set("endpoint", server.URL, "token", "wrong"))
	plan := provider.respond(t, provider.image(t, "X", imageName, "", ""), planned{})
	if said := plan.Diagnostics[0].Detail; strings.Contains(said, "environment variable") {
		t.Errorf("the token of the configuration: %s", said)
	}
}

// TestUnknownProviderConfiguration: with the provider's configuration unknown,
// the environment doesn't stand in, what is known stays, and new images can be
// planned.
func TestUnknownProviderConfiguration(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ELYRA_METADATA_PATH", t.TempDir())
	known := newTestProvider(t, dir)
	config := known.config(t, map[string]tftypes.Value{"display_name": text("Known"), "image_name": text("a/b:1")})
	state := known.create(t, config)

	provider := newTestProvider(t, tftypes.UnknownValue)
	before, after := provider.attributes(t, state), provider.attributes(t, provider.read(t, state).state)
	for name := range before {
		if !before[name].Equal(after[name]) {
			t.Errorf("%s was %v and is %v", name, before[name], after[name])
		}
	}
	provider.planUnchanged(t, config, state)

	plan := provider.respond(t, config, planned{})
	check(t, nil, plan.Diagnostics)
	attributes := provider.attributes(t, plan.PlannedState)
	if !attributes["name"].Equal(text("known")) || attributes["location"].IsKnown() {
		t.Errorf("planned the name %v at %v", attributes["name"], attributes["location"])
	}
	if got := provider.importError(t, "known"); !strings.Contains(got, "-target") {
		t.Errorf("import: %s", got)
	}
}
