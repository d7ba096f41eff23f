package provider

import (
	"regexp"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// openDataHubName is a key in Open Data Hub's ConfigMap without ".json" that Elyra can't save, since it
// has a dot: "python-3.12-ubi9".
var openDataHubName = regexp.MustCompile(`^[a-z0-9_-]+([.][a-z0-9_-]+)+$`)

// isOpenDataHubName reports whether a name is one that Elyra can't save and Open Data Hub could have
// given. The file may just as well have been copied by hand.
func isOpenDataHubName(name string) bool {
	return openDataHubName.MatchString(name) && elyra.ValidateName(name) != nil
}

// openDataHubCase is what's different if Open Data Hub gave the name.
const openDataHubCase = "In a workbench of Open Data Hub or OpenShift AI, each start recreates such a file from the ConfigMap pipeline-runtime-images, so renaming it doesn't last: manage its source instead, as the guide \"Open Data Hub and OpenShift AI\" shows."

// openDataHubAdvice is what to do about instances with such names.
const openDataHubAdvice = "Elyra can't save a name with a dot. Rename the files, and query again. " + openDataHubCase + " The files:"

// unsavableAdvice is what to do about an instance whose name Elyra can't save.
func unsavableAdvice(name string) string {
	advice := "Elyra can read a file with such a name, but can't save it. Rename the file, or create the image under another name. The data source elyra_runtime_image reads it as it is."
	if isOpenDataHubName(name) {
		advice += " " + openDataHubCase
	}
	return advice
}
