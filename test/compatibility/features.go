package main

// A feature is a row of the page: what a user does, and the tests that do it. It is there where all of
// them pass.
type feature struct {
	title string
	tests []string
	// since is, by the product, the first version that has what the feature takes; "" is never.
	// A product that is not in it has it in each version that is supported.
	since map[string]string
}

// commandLineFeatures are those that depend on the Terraform or OpenTofu.
var commandLineFeatures = []feature{
	{title: "Files: create, change, import, drift, destroy", tests: []string{"TestAccFiles"}},
	{title: "A Jupyter Server: the same", tests: []string{"TestAccServer"}},
	{title: "`elyra_runtime_images_exclusive`", tests: []string{"TestAccExclusive_files", "TestAccExclusive_server"}},
	{title: "Data sources", tests: []string{"TestAccExample_runtimeImageDataSource", "TestAccExample_runtimeImagesDataSource"}},
	{title: "`elyra_container_image`", tests: []string{"TestAccContainerImageDataSource"}},
	{title: "Functions", tests: []string{"TestAccExample_functions", "TestAccFunctions_wholeResources", "TestAccExample_pipelineRuntimeImages"}},
	{title: "`init`, a lock file, a module, and a second provider", tests: []string{"TestAccInstall", "TestAccInstall_modules"}},
	{
		title: "Import by identity", tests: []string{"TestAccImportByIdentity"},
		since: map[string]string{"Terraform": "1.12", "OpenTofu": "1.12"},
	},
	{
		title: "`terraform query`", tests: []string{"TestAccGuide_takeOver/query", "TestAccGuide_takeOver/query_stops"},
		since: map[string]string{"Terraform": "1.14", "OpenTofu": ""},
	},
}

// elyraFeatures are those that depend on the Elyra. Their tests have a subtest for each.
var elyraFeatures = []feature{
	{title: "Files: Elyra lists Terraform's images, and Terraform imports Elyra's", tests: []string{"TestAccEachElyra_files"}},
	{title: "A Jupyter Server with this Elyra: create, change, import, drift, destroy", tests: []string{"TestAccEachElyra_server"}},
	{title: "A running server sees each file change within a second", tests: []string{"TestRunningServer"}},
	{title: "`elyra_container_image` knows the Python versions that its pipelines support", tests: []string{"TestElyraPythons"}},
}

// hubFeatures are those that depend on the JupyterHub.
var hubFeatures = []feature{
	{title: "A user's default server and named servers; stopped, starting, and stopped during an apply", tests: []string{"TestHub"}},
	{title: "The stand-in Hub of the tests behaves like it", tests: []string{"TestAgreesWithHub"}},
}

// A column is a version that tests run on.
type column struct {
	// key names it in record.json.
	key string
	// job is the one of the workflow Tests that runs its tests, and command runs them here.
	job, command string
}

var (
	commandLines = []column{
		{"terraform 1.8", "Terraform 1.8.*", "make test TERRAFORM=1.8"},
		{"terraform 1.11", "Terraform 1.11.*", "make test TERRAFORM=1.11"},
		{"terraform 1.15", "Terraform latest", "make test TERRAFORM=1.15"},
		{"opentofu", "OpenTofu", "make test TERRAFORM=opentofu"},
	}
	elyras = []column{
		{"elyra newest", "All checks", "make test"},
		{"elyra oldest", "All checks", "make test"},
		{"elyra odh", "All checks", "make test"},
	}
	hubs = []column{
		{"jupyterhub 6", "All checks", "make test"},
		{"jupyterhub 5", "JupyterHub 5", "JUPYTERHUB_VERSION=5.5.4 make test"},
	}
)
