package provider

import "github.com/hashicorp/terraform-plugin-framework/function"

func newInstanceNameFunction() function.Function {
	return providerFunction{
		name: "instance_name",
		definition: function.Definition{
			Summary:             "The name that Elyra derives from a display name",
			MarkdownDescription: "Returns the name that Elyra derives from a display name. An image or a runtime has this name if `name` isn't set. If the display name gives no name, that's an error.",
			Parameters:          textParameter("display_name", "Display name of a runtime image or a runtime."),
			Return:              function.StringReturn{},
		},
		run: runOnText(derivedName),
	}
}
