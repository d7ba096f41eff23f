// Command terraform-provider-elyra is the Terraform provider for Elyra's
// runtime images. Terraform starts it; run by hand it only explains that.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/elyra-ai/terraform-provider-elyra/internal/provider"
)

// version is set by the linker on release.
var version = "dev"

func main() {
	var debug bool
	flag.BoolVar(&debug, "debug", false, "run for a debugger: print how Terraform finds this process, and wait")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/elyra-ai/elyra",
		Debug:   debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
