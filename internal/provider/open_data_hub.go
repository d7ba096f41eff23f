package provider

import (
	"regexp"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// openDataHubName is a key of Open Data Hub's ConfigMap without ".json" that Elyra cannot save, since
// it has a dot: "python-3.12-ubi9".
var openDataHubName = regexp.MustCompile(`^[a-z0-9_-]+([.][a-z0-9_-]+)+$`)

// isOpenDataHubName reports whether an instance cannot be managed because its name looks like one
// that Open Data Hub gives.
func isOpenDataHubName(name string) bool {
	return openDataHubName.MatchString(name) && elyra.ValidateName(name) != nil
}

// openDataHubAdvice is what to do about instances with such names.
const openDataHubAdvice = "A name with a dot comes from Open Data Hub or OpenShift AI: each start of a workbench recreates these files from the ConfigMap pipeline-runtime-images, so that renaming them does not last. They are managed where that comes from, as the guide \"Open Data Hub\" shows; parse_runtime_image_json reads them:"

// unsavableAdvice is what to do about an instance whose name Elyra cannot save.
func unsavableAdvice(name string) string {
	advice := "Elyra reads such a file but cannot save it. "
	if isOpenDataHubName(name) {
		return advice + "It comes from Open Data Hub or OpenShift AI: each start of a workbench recreates it from the ConfigMap pipeline-runtime-images, so that renaming it does not last. It is managed where that comes from, as the guide \"Open Data Hub\" shows."
	}
	return advice + "Rename the file, or create the image under another name; the data source elyra_runtime_image reads it as it is."
}
