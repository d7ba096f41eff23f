package provider

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// providerModel is the provider's configuration.
type providerModel struct {
	DataDir             types.String `tfsdk:"data_dir"`
	SearchPath          types.List   `tfsdk:"search_path"`
	FilePermission      types.String `tfsdk:"file_permission"`
	DirectoryPermission types.String `tfsdk:"directory_permission"`

	Endpoint           types.String `tfsdk:"endpoint"`
	Token              types.String `tfsdk:"token"`
	Password           types.String `tfsdk:"password"`
	Headers            types.Map    `tfsdk:"headers"`
	CACertPEM          types.String `tfsdk:"ca_cert_pem"`
	ClientCertPEM      types.String `tfsdk:"client_cert_pem"`
	ClientKeyPEM       types.String `tfsdk:"client_key_pem"`
	InsecureSkipVerify types.Bool   `tfsdk:"insecure_skip_verify"`
	RequestTimeout     types.String `tfsdk:"request_timeout"`
	MaxRetries         types.Number `tfsdk:"max_retries"`

	registryCredentialsModel
}

// validate checks what is known: what is unknown may turn out to be null.
func (m providerModel) validate() (diags diag.Diagnostics) {
	isSet := func(value types.String) bool { return !value.IsNull() && !value.IsUnknown() }
	fail := func(argument, summary, detail string) {
		diags.AddAttributeError(path.Root(argument), summary, detail)
	}
	if isSet(m.DataDir) && isSet(m.Endpoint) {
		fail("endpoint", "Both data_dir and endpoint are set", "Remove one of them. For two places, use two provider blocks with an alias.")
	}
	if isSet(m.Token) && isSet(m.Password) && m.Token.ValueString() != "" {
		fail("password", "Both token and password are set", "A Jupyter Server accepts a token or a password. Remove one of them.")
	}
	if isSet(m.ClientCertPEM) && m.ClientKeyPEM.IsNull() {
		fail("client_cert_pem", "Client certificate without its key", "Set client_key_pem too.")
	}
	if isSet(m.ClientKeyPEM) && m.ClientCertPEM.IsNull() {
		fail("client_key_pem", "Client key without its certificate", "Set client_cert_pem too.")
	}
	return diags
}

// isAbsolute reports whether the configuration alone names the place.
func (m providerModel) isAbsolute() bool {
	return !m.Endpoint.IsNull() || filepath.IsAbs(m.DataDir.ValueString())
}

// store returns the store that the configuration asks for: a server where it,
// or else the environment, names one, and no data_dir; files otherwise. It also
// returns the data directories of the files.
func (m providerModel) store(ctx context.Context, version string) (elyra.Store, []string, diag.Diagnostics) {
	endpoint := m.Endpoint.ValueString()
	if m.Endpoint.IsNull() && m.DataDir.IsNull() {
		endpoint = os.Getenv("ELYRA_ENDPOINT")
	}
	if endpoint == "" && m.Endpoint.IsNull() {
		diags := unused("a server", map[string]attr.Value{
			"token": m.Token, "password": m.Password, "headers": m.Headers, "ca_cert_pem": m.CACertPEM,
			"client_cert_pem": m.ClientCertPEM, "client_key_pem": m.ClientKeyPEM, "insecure_skip_verify": m.InsecureSkipVerify,
			"request_timeout": m.RequestTimeout, "max_retries": m.MaxRetries,
		}, "no endpoint is set")
		store, dataDirs, more := m.fileStore(ctx)
		return store, dataDirs, append(diags, more...)
	}
	because := "an endpoint is set"
	if m.Endpoint.IsNull() {
		because = "the environment variable ELYRA_ENDPOINT is set"
	}
	diags := unused("files", map[string]attr.Value{
		"search_path": m.SearchPath, "file_permission": m.FilePermission, "directory_permission": m.DirectoryPermission,
	}, because)
	store, more := m.serverStore(ctx, endpoint, version)
	return store, nil, append(diags, more...)
}

// unused warns of arguments that are set without effect.
func unused(place string, arguments map[string]attr.Value, because string) (diags diag.Diagnostics) {
	for name, value := range arguments {
		if !value.IsNull() {
			diags.AddAttributeWarning(path.Root(name), "Argument without effect", fmt.Sprintf("%s is for %s, but %s. Remove it.", name, place, because))
		}
	}
	return diags
}

// fileStore returns the store on Jupyter data directories.
func (m providerModel) fileStore(ctx context.Context) (elyra.Store, []string, diag.Diagnostics) {
	var further []string
	diags := m.SearchPath.ElementsAs(ctx, &further, false)
	dirs, factory := []string{m.DataDir.ValueString()}, ""
	if m.DataDir.IsNull() {
		dirs, factory = filestore.SearchPath(filestore.Environment{})
	}
	dirs = append(dirs, further...)
	for i, dir := range dirs {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			diags.AddError("Unable to find the working directory", sentence(err.Error()))
			return nil, nil, diags
		}
		dirs[i] = absolute
	}
	config := filestore.Config{
		DataDirs:            dirs,
		FactoryDir:          factory,
		FilePermission:      permission(m.FilePermission),
		DirectoryPermission: permission(m.DirectoryPermission),
	}
	store := filestore.New(elyra.RuntimeImages, config)
	if unreadable := append(store.Unreadable(), filestore.New(elyra.Runtimes, config).Unreadable()...); len(unreadable) > 0 {
		diags.AddWarning("Directories that can't be read",
			fmt.Sprintf("Your user can't read %s. The provider skips what's in there, as Elyra does.", strings.Join(unreadable, ", ")))
	}
	return store, dirs, diags
}

// permission reads a validated octal mode; null is zero.
func permission(value types.String) fs.FileMode {
	mode, _ := filestore.ParseMode(value.ValueString())
	return mode
}

// serverStore returns the store on a Jupyter Server.
func (m providerModel) serverStore(ctx context.Context, endpoint, version string) (elyra.Store, diag.Diagnostics) {
	var headers map[string]string
	diags := m.Headers.ElementsAs(ctx, &headers, false)
	if diags.HasError() {
		return nil, diags
	}
	config := serverstore.Config{
		Endpoint:           endpoint,
		Token:              m.Token.ValueString(),
		Password:           m.Password.ValueString(),
		Headers:            headers,
		CACertPEM:          m.CACertPEM.ValueString(),
		ClientCertPEM:      m.ClientCertPEM.ValueString(),
		ClientKeyPEM:       m.ClientKeyPEM.ValueString(),
		InsecureSkipVerify: m.InsecureSkipVerify.ValueBool(),
		MaxRetries:         serverstore.DefaultMaxRetries,
		UserAgent:          "terraform-provider-elyra/" + version,
		OnRequest:          logRequest,
	}
	// Messages name the variable that a value comes from.
	variables := map[string]string{}
	if m.Endpoint.IsNull() {
		variables["endpoint"] = "ELYRA_ENDPOINT"
	}
	// It is asked only where the configuration has neither, nor a header instead.
	if m.Token.IsNull() && m.Password.IsNull() && !hasAuthorization(headers) {
		for _, variable := range []string{"ELYRA_TOKEN", "JUPYTER_TOKEN"} {
			if config.Token == "" {
				config.Token, config.TokenVariable, variables["token"] = os.Getenv(variable), variable, variable
			}
		}
		if config.Token == "" {
			config.Password = os.Getenv("ELYRA_PASSWORD")
		}
	}
	if !m.RequestTimeout.IsNull() {
		config.RequestTimeout, _ = time.ParseDuration(m.RequestTimeout.ValueString()) // validated
	}
	if !m.MaxRetries.IsNull() {
		retries, _ := m.MaxRetries.ValueBigFloat().Int64() // validated
		config.MaxRetries = int(retries)
	}
	store, err := serverstore.New(elyra.RuntimeImages, config)
	if err != nil {
		diags.Append(configError(err, variables))
		return nil, diags
	}
	if config.InsecureSkipVerify {
		diags.AddAttributeWarning(path.Root("insecure_skip_verify"), "Certificates aren't verified",
			"Anyone on the network path can read and change the requests, including the token. Set ca_cert_pem to the certificate of your private authority instead.")
	}
	if isExposed(endpoint) && (config.Token != "" || config.Password != "" || hasAuthorization(headers)) {
		diags.AddAttributeWarning(path.Root("endpoint"), "Credentials go over plain HTTP",
			"The endpoint uses http:// and isn't on this machine, so anyone on the network path can read the token or password. Use https:// or a tunnel to this machine.")
	}
	return store, diags
}

func hasAuthorization(headers map[string]string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(headers)), func(name string) bool { return strings.EqualFold(name, "Authorization") })
}

// isExposed reports whether what is sent to an endpoint leaves the machine in the
// clear.
func isExposed(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Scheme == "http" && !netutil.IsLoopback(u.Hostname())
}

// logRequest is the only place that logs requests. What it is given holds no
// secret; see serverstore.RequestInfo.
func logRequest(ctx context.Context, request serverstore.RequestInfo) {
	fields := map[string]any{
		"method": request.Method, "path": request.Path, "status": request.Status, "duration": request.Duration.String(),
	}
	if request.Err != nil {
		fields["error"] = request.Err.Error()
	}
	tflog.Debug(ctx, "request to the Jupyter Server", fields)
}
