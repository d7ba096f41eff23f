package imageref

import (
	"net/url"
	"regexp"
	"strings"
)

// People copy addresses from a browser. These are the pages whose address says which image they're
// about: image is a template for what address, without the site, matches. A row without an image is an
// exception from the rows after it; the first match counts. Addresses are matched without scheme, query,
// and final "/". Other addresses on a site that isn't a registry aren't image names either.
var pages = []struct {
	site    string
	address *regexp.Regexp
	image   string
}{
	// Microsoft's and Oracle's pages on Docker Hub are about images of other registries.
	{"hub.docker.com/", regexp.MustCompile(`^(?:_/microsoft-|_/oracle-|r/microsoft/|r/[^/]+/tags$)`), ""},
	{"hub.docker.com/", regexp.MustCompile(`^_/([^/]+)(?:/.*)?$`), "library/$1"},
	{"hub.docker.com/", regexp.MustCompile(`^(?:r|repository/docker)/([^/]+/[^/]+)(?:/.*)?$`), "$1"},

	{"quay.io/repository/", regexp.MustCompile(`^([^/]+/.+?)(?:/status|/(?:tag|manifest)/[^/]+)?$`), "quay.io/$1"},

	// GitHub's registry has the owner and the image, and no repository between them.
	{"github.com/", regexp.MustCompile(`^([^/]+)/[^/]+/pkgs/container/([^/]+)(?:/.*)?$`), "ghcr.io/$1/$2"},
	{"github.com/", regexp.MustCompile(`^(?:orgs|users)/([^/]+)/packages/container/(?:package/)?([^/]+)(?:/.*)?$`), "ghcr.io/$1/$2"},

	// In Red Hat's catalog, only Red Hat's own namespaces say which registry has the image.
	{"catalog.redhat.com/", regexp.MustCompile(`^(?:[a-z]{2}/)?software/containers/(ubi\d+/[^/]+)(?:/[0-9a-f]+)?$`), "registry.access.redhat.com/$1"},
	{"catalog.redhat.com/", regexp.MustCompile(`^(?:[a-z]{2}/)?software/containers/((?:rhel\d+|rhoai)/[^/]+)(?:/[0-9a-f]+)?$`), "registry.redhat.io/$1"},

	// Any registry's endpoints (OCI Distribution Specification 1.1).
	{"", regexp.MustCompile(`^([^/]+)/v2/(.+)/(?:manifests/[^/]+|tags/list)$`), "$1/$2"},
}

// findPage returns the image that a page is about, "" if its address doesn't say. It's false if no
// page is known at the address.
func findPage(address string) (image string, ok bool) {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	host, path, _ := strings.Cut(strings.TrimRight(address, "/"), "/")
	if host = strings.ToLower(host); !isRegistry(host) {
		return "", false
	}
	for _, page := range pages {
		ok = ok || page.site == host+"/"
		rest, found := strings.CutPrefix(host+"/"+path, page.site)
		if match := page.address.FindStringSubmatchIndex(rest); found && match != nil {
			image = string(page.address.ExpandString(nil, page.image, rest, match))
			if plain, err := url.PathUnescape(image); err == nil {
				image = plain // GitHub escapes the "/" in an image
			}
			return image, true
		}
	}
	return "", ok
}

// hasVersion reports whether an address ends with a tag or a digest, as an image name does and a page
// doesn't. Pages have a digest after a "/".
func hasVersion(address string) bool {
	last := address[strings.LastIndex(address, "/")+1:]
	return strings.ContainsAny(last, ":@") && !strings.HasPrefix(last, "sha256:") && !strings.ContainsAny(address, "?#%")
}
