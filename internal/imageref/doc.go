// Package imageref says whether Elyra's pipelines can use a string as image_name and, if they can't,
// which part of it is wrong and what to write instead: [Parse]. It has no input or output.
//
// # Grammar
//
//	image-name     = [ registry "/" ] path [ ":" tag ] [ "@" digest ]      ; with at least one "/"
//	registry       = host [ ":" 1*digit ]
//	host           = dns-label *( "." dns-label ) / IPv4 / "[" IPv6 "]"    ; in any letter case
//	path           = path-component *( "/" path-component )                ; at most 255 characters
//	path-component = 1*( a-z / 0-9 ) *( separator 1*( a-z / 0-9 ) )
//	separator      = "." / "_" / "__" / 1*"-"
//	tag            = ( letter / digit / "_" ) 0*127( letter / digit / "_" / "." / "-" )
//	digest         = "sha256:" 64hex / "sha384:" 96hex / "sha512:" 128hex  ; lowercase hex
//
// The sources:
//
//   - github.com/distribution/reference v0.6.0, reference.go and normalize.go: the grammar that
//     Docker, containerd, and the kubelet parse with. It decides; this package only explains.
//   - OCI Distribution Specification 1.1, "Pulling manifests": the same path and tag.
//   - OCI Image Specification 1.1, "Digests": the form of a digest. Algorithms, length, and case are
//     those of go-digest, which distribution/reference parses with.
//   - Elyra 4.1.1, elyra/pipeline/validation.py, _validate_container_image_name: a pipeline is refused
//     unless the name matches [^/ ]+/[^/ ]+$ somewhere (re.search, so the pattern isn't tied to the
//     beginning), "[registry/]owner/image:tag". Of what distribution/reference takes, that refuses
//     exactly the names without a "/", such as python:3.11.
//
// # What is a registry
//
// The first part is a registry if a "/" follows and it has a "." or a ":" or is localhost.
// Otherwise it's an owner on Docker Hub. That decides these:
//
//   - quay.io/image is accepted, with an empty Owner: it satisfies Elyra's rule, and the
//     specification asks for one path component, not two.
//   - docker.io/python is accepted and pulls docker.io/library/python, as Repository says.
//     Elyra's rule is about what's written.
//   - Quay.io/a/b and REGISTRY:5000/a/b are accepted, since host names have no case. Docker.io/a/b
//     isn't: only docker.io in lowercase is recognized as Docker Hub. Any other spelling is contacted
//     as a host of that name, where there is no registry.
//
// # Stricter than the library
//
// Some strings parse and still aren't what anybody meant. They are refused:
//
//   - Jdoe/image: the library takes a capitalized owner for the host of a registry.
//   - my_registry.example/a/b: no host name has a "_". The library lets it through without a registry.
//   - hub.docker.com/r/jdoe/image, quay.io/repository/jdoe/image: addresses of web pages; see page.go.
//   - jdoe/image:<64 hex>: formally a tag, but obviously a digest without "@sha256:".
//   - jdoe/image:__TAG__, jdoe/image:TAG_PLACEHOLDER: placeholders that aren't filled in.
//
// # Corrections
//
// Elyra compares image names as plain strings, so Parse never rewrites a name: it accepts or refuses
// it. A refusal has a correction only if there's one reading. A missing owner on Docker Hub, letter case,
// schemes, whole lines, whitespace at the ends, and 64 hexadecimal digits have one. So has the address of
// a web page if the image's name follows from it; the reader chooses the tag. A correction fixes all
// faults, spells the registry in lowercase, and says "latest" if that is what the name means, so that the
// next plan has nothing more to say.
package imageref
