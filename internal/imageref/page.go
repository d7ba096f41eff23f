package imageref

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// People copy addresses from a browser. These are the pages whose address says which image they're
// about: image is a template for what address, without the site, matches. A row without an image is an
// exception from the rows after it; the first match counts. A page's tag may also be in its query, as
// "tag". Addresses are matched without scheme, query, and final "/".
var pages = []struct {
	site    string
	address *regexp.Regexp
	image   string
}{
	// Microsoft's and Oracle's pages on Docker Hub are about images of other registries.
	{"hub.docker.com/", regexp.MustCompile(`^(?:_/microsoft-|_/oracle-|r/microsoft/|r/[^/]+/tags$|v2/repositories/)`), ""},
	{"hub.docker.com/", regexp.MustCompile(`^_/([^/]+)(?:/.*)?$`), "library/$1"},
	{"hub.docker.com/", regexp.MustCompile(`^(?:r|repository/docker)/([^/]+/[^/]+)(?:/.*)?$`), "$1"},
	{"hub.docker.com/", regexp.MustCompile(`^layers/([^/]+/[^/]+)/([^/]+)(?:/images/.*)?$`), "$1:$2"},

	{"quay.io/repository/", regexp.MustCompile(`^([^/]+/.+)/manifest/(sha256:[0-9a-f]+)$`), "quay.io/$1@$2"},
	{"quay.io/repository/", regexp.MustCompile(`^([^/]+/.+)/tag/([^/]+)$`), "quay.io/$1:$2"},
	{"quay.io/repository/", regexp.MustCompile(`^([^/]+/.+?)(?:/status)?$`), "quay.io/$1"},

	// GitHub's registry has the owner and the image, and no repository between them.
	{"github.com/", regexp.MustCompile(`^([^/]+)/[^/]+/pkgs/container/([^/]+)(?:/.*)?$`), "ghcr.io/$1/$2"},
	{"github.com/", regexp.MustCompile(`^(?:orgs|users)/([^/]+)/packages/container/(?:package/)?([^/]+)(?:/.*)?$`), "ghcr.io/$1/$2"},

	// In Red Hat's catalog, only Red Hat's own namespaces say which registry has the image.
	{"catalog.redhat.com/", regexp.MustCompile(`^(?:[a-z]{2}/)?software/containers/(ubi\d+/[^/]+)(?:/[0-9a-f]+)?$`), "registry.access.redhat.com/$1"},
	{"catalog.redhat.com/", regexp.MustCompile(`^(?:[a-z]{2}/)?software/containers/((?:rhel\d+|rhoai)/[^/]+)(?:/[0-9a-f]+)?$`), "registry.redhat.io/$1"},

	// Any registry's endpoints (OCI Distribution Specification 1.1).
	{"", regexp.MustCompile(`^([^/]+)/v2/(.+)/manifests/(sha256:[0-9a-f]+)$`), "$1/$2@$3"},
	{"", regexp.MustCompile(`^([^/]+)/v2/(.+)/manifests/([^/:]+)$`), "$1/$2:$3"},
	{"", regexp.MustCompile(`^([^/]+)/v2/(.+)/tags/list$`), "$1/$2"},
}

// aliases are hosts that are called otherwise in image names, or in pages.
var aliases = map[string]string{"registry.hub.docker.com": "hub.docker.com", "registry-1.docker.io": "docker.io"}

// webSites are well-known hosts without a registry: what begins with one of them isn't an image name,
// with or without a scheme.
var webSites = []string{
	"access.redhat.com", "catalog.ngc.nvidia.com", "catalog.redhat.com", "console.aws.amazon.com", "console.cloud.google.com",
	"console.redhat.com", "docker.com", "gallery.ecr.aws", "github.com", "gitlab.com", "hub.docker.com", "huggingface.co",
	"ngc.nvidia.com", "portal.azure.com", "www.docker.com", "www.github.com",
}

// findPage returns the image that a page is about, "" if its address doesn't say. It's false if no
// page is known at the address.
func findPage(address string) (image string, ok bool) {
	address, _, _ = strings.Cut(address, "#")
	address, query, _ := strings.Cut(address, "?")
	host, path, _ := strings.Cut(strings.TrimRight(address, "/"), "/")
	if host = strings.ToLower(host); !isRegistry(host) {
		return "", false
	}
	site := cmp.Or(aliases[host], host)
	address = site + "/" + path
	for _, page := range pages {
		rest, ok := strings.CutPrefix(address, page.site)
		if !ok {
			continue
		}
		match := page.address.FindStringSubmatchIndex(rest)
		if match == nil {
			continue
		}
		image := string(page.address.ExpandString(nil, page.image, rest, match))
		if plain, err := url.PathUnescape(image); err == nil {
			image = plain // GitHub escapes the "/" in an image
		}
		if values, err := url.ParseQuery(query); err == nil && values.Get("tag") != "" && image != "" && !hasVersion(image) {
			image += ":" + values.Get("tag")
		}
		return image, true
	}
	return "", slices.Contains(webSites, host)
}

// registries are hosts that have images and no pages.
var registries = []string{
	"docker.io", "index.docker.io", "gcr.io", "ghcr.io", "nvcr.io", "public.ecr.aws", "registry.access.redhat.com",
	"registry.redhat.io", "registry.gitlab.com",
}

// isImageAddress reports whether what follows "https://" is an image name rather than the address of
// a page: the host has no pages, or there's a tag or a digest.
func isImageAddress(address string) bool {
	host, path, _ := strings.Cut(strings.ToLower(address), "/")
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return slices.Contains(registries, host) || name == "localhost" || net.ParseIP(strings.Trim(name, "[]")) != nil ||
		hasVersion(path) && !strings.ContainsAny(path, "?#%")
}

// hasVersion reports whether the path ends with a tag or a digest. Pages have a digest after a "/".
func hasVersion(path string) bool {
	last := path[strings.LastIndex(path, "/")+1:]
	return strings.ContainsAny(last, ":@") && !strings.HasPrefix(last, "sha256:")
}
