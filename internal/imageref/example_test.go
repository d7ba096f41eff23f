package imageref_test

import (
	"errors"
	"fmt"

	"github.com/elyra-ai/terraform-provider-elyra/internal/imageref"
)

func ExampleParse() {
	r, _ := imageref.Parse("quay.io/jdoe/my-image")
	fmt.Println(r.Registry, r.Owner, r.Image)

	_, err := imageref.Parse("https://quay.io/Jdoe/My-Image:1.0")
	var e *imageref.Error
	if errors.As(err, &e) {
		fmt.Println(e.Reason)
		fmt.Println(e.Correction)
	}
	// Output:
	// quay.io jdoe my-image
	// An image name begins with the registry or the owner, not with "https://"
	// quay.io/jdoe/my-image:1.0
}
