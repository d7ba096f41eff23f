package provider

import (
	"context"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// providerModel is the provider's configuration.
type providerModel struct {
	DataDir             types.String `tfsdk:"data_dir"`
	SearchPath          types.List   `tfsdk:"search_path"`
	FilePermission      types.String `tfsdk:"file_permission"`
	DirectoryPermission types.String `tfsdk:"directory_permission"`
}

func (p *elyraProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
}

// Configure hands the store to resources and data sources. It does no I/O
// beyond finding the search path, so that a plan that touches nothing costs
// nothing.
func (p *elyraProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var store elyra.Store
	// Unknown is not null: the environment never stands in for a value that is
	// yet to come.
	if req.Config.Raw.IsFullyKnown() {
		var diags diag.Diagnostics
		store, diags = model.fileStore(ctx)
		resp.Diagnostics.Append(diags...)
	}
	conn := newConnection(store)
	resp.ResourceData = conn
	resp.DataSourceData = conn
	resp.ListResourceData = conn
}

// fileStore returns the store on Jupyter data directories that the model asks
// for.
func (m providerModel) fileStore(ctx context.Context) (elyra.Store, diag.Diagnostics) {
	var further []string
	diags := m.SearchPath.ElementsAs(ctx, &further, false)
	dirs := []string{m.DataDir.ValueString()}
	if m.DataDir.IsNull() {
		dirs = filestore.SearchPath(filestore.Environment{})
	}
	if !m.SearchPath.IsNull() {
		dirs = append(dirs[:1:1], further...)
	}
	for i, dir := range dirs {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			diags.AddError("Unable to find the working directory", sentence(err.Error()))
			return nil, diags
		}
		dirs[i] = absolute
	}
	return filestore.New(filestore.Config{
		DataDirs:            dirs,
		FilePermission:      permission(m.FilePermission),
		DirectoryPermission: permission(m.DirectoryPermission),
	}), diags
}

// permission reads a validated octal mode; null is zero.
func permission(value types.String) fs.FileMode {
	mode, _ := strconv.ParseUint(value.ValueString(), 8, 32)
	return fs.FileMode(mode)
}
