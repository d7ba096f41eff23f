// Package imageref answers one question: can Elyra's pipelines use this string as image_name, and
// if not, which part of it is wrong and what should be typed instead? It is pure: no input or
// output, no Terraform.
//
// # Grammar
//
//	image-name     = [ registry "/" ] path [ ":" tag ] [ "@" digest ]      ; with at least one "/"
//	registry       = host [ ":" 1*digit ]
//	host           = dns-label *( "." dns-label ) / IPv4 / "[" IPv6 "]"    ; case does not matter
//	path           = path-component *( "/" path-component )                ; at most 255 characters
//	path-component = 1*( a-z / 0-9 ) *( separator 1*( a-z / 0-9 ) )
//	separator      = "." / "_" / "__" / 1*"-"
//	tag            = ( letter / digit / "_" ) 0*127( letter / digit / "_" / "." / "-" )
//	digest         = "sha256:" 64hex / "sha384:" 96hex / "sha512:" 128hex  ; lower-case hex
//
// The sources:
//
//   - github.com/distribution/reference v0.6.0, reference.go and normalize.go: the grammar that
//     Docker, containerd and the kubelet parse with. It decides; this package only explains.
//   - OCI Distribution Specification 1.1, "Pulling manifests": the same path and tag.
//   - OCI Image Specification 1.1, "Digests": the form of a digest. Algorithms, length and case are
//     those of go-digest, with which distribution/reference parses.
//   - Elyra 4.1.1, elyra/pipeline/validation.py, _validate_container_image_name: on submission, a
//     pipeline is refused unless the name matches [^/ ]+/[^/ ]+$ somewhere (re.search, so the
//     pattern is not tied to the beginning), "[registry/]owner/image:tag". Of what
//     distribution/reference takes, that leaves out exactly the names without a "/": python:3.11.
//
// # What is a registry
//
// The first part is a registry if a "/" follows and it has a "." or a ":" or is localhost.
// Otherwise it is an owner on Docker Hub. That settles these:
//
//   - quay.io/image is accepted, with an empty Owner: it satisfies Elyra's rule, and the
//     specification asks for one path component, not two.
//   - docker.io/python is accepted and pulls docker.io/library/python; Repository says so.
//     Elyra's rule is satisfied by what is written.
//   - Quay.io/a/b and REGISTRY:5000/a/b are accepted, since host names have no case. Not
//     Docker.io/a/b: only docker.io in lower case is recognised as Docker Hub, any other spelling
//     is contacted as a host of that name, where there is no registry.
//
// # Stricter than the library
//
// Some strings parse and still are not what anybody meant. They are refused:
//
//   - Jdoe/image: the library takes a capitalised owner for the host of a registry.
//   - my_registry.example/a/b: no host name has a "_"; the library lets it through with no
//     registry at all.
//   - hub.docker.com/r/jdoe/image, quay.io/repository/jdoe/image: addresses of web pages. What is
//     known of such addresses stands in page.go.
//   - jdoe/image:<64 hex>: a tag by the letter, a digest without "@sha256:" by its looks.
//
// # Corrections
//
// Elyra compares image names as plain strings, so Parse never rewrites: it accepts or it refuses.
// A refusal carries a correction only where one reading is left. Letter case, schemes, quotes,
// blanks at the ends and digests in the wrong shape have one. A blank between two words, or nothing
// between two slashes (an empty Terraform variable, as a rule), has many. A web page has the name of
// its image where that follows from its address, whatever the image. A correction mends all faults
// or is not given, and spells the registry in lower case.
package imageref
