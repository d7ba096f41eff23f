package imageref

import (
	"net"
	"net/url"
	"strings"
)

// People copy addresses from a browser. What the pages of web sites are about is knowledge, not
// grammar, and stands in this table. Where the image's name follows from the address, whatever the
// image, image has it; where it takes more than the address to know, image is "" and where says how
// to find it on the page. The first row that matches counts.
//
// An address is matched without its scheme, and a trailing "/". "{x}" stands for one segment of the
// path or for a part of the host, "{x...}" for one segment or more, and a final "..." for any number,
// none too. "?key={x}" behind it asks for that key in the query. Hosts that are written out come before
// those with variables.
//
// A site is one where no registry answers, so that its addresses are not image names without a scheme
// either. Elsewhere a registry has the host as well, and an address is the page's if it has a scheme,
// or if never is set: then no image can have that name.
type page struct {
	address string
	image   string
	where   string
	site    bool
	never   bool
}

// Sentences of page.where that several rows have.
const (
	whereHub     = `Docker Hub's registry is "docker.io", and its images are written "owner/image"`
	whereGitHub  = `GitHub's images are "ghcr.io/owner/image", and stand under "Packages" of the owner or the repository`
	whereGitLab  = `the name to pull is copied by the button beside each image in the project's "Container registry", and begins with "registry.gitlab.com/"`
	whereLab     = `the name to pull is copied by the button beside each image in the project's "Container registry"`
	whereHarbor  = `the name to pull is copied by the button in the column "Pull Command"`
	whereJFrog   = `the name to pull stands under "Set Me Up", behind "docker pull"`
	whereNexus   = `the name to pull has the port or path that the repository is published on: ask who runs it, or see the repository's settings`
	whereNGC     = `the name to pull is copied under "Get Container", and begins with "nvcr.io/"`
	whereRedHat  = `the name to pull stands under "Get this image"`
	whereGoogle  = `the name to pull is copied by the button beside the image's path, and begins with the registry, such as "europe-docker.pkg.dev/"`
	whereAWS     = `the name to pull is in the column "URI", such as "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image"`
	whereGallery = `the name to pull is copied beside the image's title, and begins with "public.ecr.aws/"`
	whereAzure   = `the name to pull begins with what the registry's overview has as "Login server", such as "acme.azurecr.io/"`
	whereMCR     = `the name to pull is beside the image's title, and begins with "mcr.microsoft.com/"`
	whereIBM     = `the name to pull is in the column "Repository", and begins with "icr.io/" or a region's registry, such as "de.icr.io/"`
	whereConsole = `the name to pull is under "Image repository" or "Public image repository" of the ImageStream`
	whereQuay    = `the name to pull is "quay.io/owner/image"`
	whereAPI     = `an image's name has the registry, the repository and a tag or digest, without "/v2/"`
	wherePage    = `the name to pull is what the page shows behind "docker pull"`
	whereNone    = `it is not about a container image`
)

var pages = []page{
	// Docker Hub. Microsoft's and Oracle's pages are about images of other registries.
	{address: "hub.docker.com/_/microsoft-{x}/...", where: `the name to pull begins with "mcr.microsoft.com/", and stands on the page`, site: true},
	{address: "hub.docker.com/r/microsoft/...", where: `the name to pull begins with "mcr.microsoft.com/", and stands on the page`, site: true},
	{address: "hub.docker.com/_/oracle-{x}/...", where: wherePage, site: true},
	{address: "hub.docker.com/_/{image}/...", image: "library/{image}", site: true},
	{address: "hub.docker.com/r/{owner}/tags", where: whereHub, site: true},
	{address: "hub.docker.com/r/{owner}/{image}/...", image: "{owner}/{image}", site: true},
	{address: "hub.docker.com/repository/docker/{owner}/{image}/...", image: "{owner}/{image}", site: true},
	{address: "hub.docker.com/layers/{owner}/{image}/{tag}", image: "{owner}/{image}:{tag}", site: true},
	{address: "hub.docker.com/layers/{owner}/{image}/{tag}/images/...", image: "{owner}/{image}:{tag}", site: true},
	{address: "registry.hub.docker.com/_/{image}/...", image: "library/{image}", never: true},
	{address: "registry.hub.docker.com/r/{owner}/{image}/...", image: "{owner}/{image}", never: true},
	{address: "registry.hub.docker.com/v2/repositories/...", where: whereHub, never: true},
	{address: "registry-1.docker.io/v2/{image...}/manifests/sha256:{hex}", image: "docker.io/{image}@sha256:{hex}", never: true},
	{address: "registry-1.docker.io/v2/{image...}/manifests/{tag}", image: "docker.io/{image}:{tag}", never: true},
	{address: "registry-1.docker.io/v2/{image...}/tags/list", image: "docker.io/{image}", never: true},

	// Quay. An owner may well be called "user", so that only what has a scheme is a page there.
	{address: "quay.io/repository/{owner}/{image...}/manifest/sha256:{hex}", image: "quay.io/{owner}/{image}@sha256:{hex}", never: true},
	{address: "quay.io/repository/{owner}/{image...}/tag/{tag}", image: "quay.io/{owner}/{image}:{tag}", never: true},
	{address: "quay.io/repository/{owner}/{image...}/status", image: "quay.io/{owner}/{image}", never: true},
	{address: "quay.io/repository/{owner}/{image...}", image: "quay.io/{owner}/{image}", never: true},
	{address: "quay.io/repository/...", where: whereQuay},
	{address: "quay.io/api/v1/repository/{owner}/{image}/...", image: "quay.io/{owner}/{image}", never: true},
	{address: "quay.io/api/...", where: whereQuay},
	{address: "quay.io/organization/...", where: whereQuay},
	{address: "quay.io/user/...", where: whereQuay},
	{address: "quay.io/search/...", where: whereQuay},
	{address: "quay.io/tutorial/...", where: whereQuay},
	{address: "quay.io/plans/...", where: whereQuay},

	// GitHub, whose registry has the owner and the image, and no repository in between.
	{address: "github.com/{owner}/{repository}/pkgs/container/{image}/{id}?tag={tag}", image: "ghcr.io/{owner}/{image}:{tag}", site: true},
	{address: "github.com/{owner}/{repository}/pkgs/container/{image}/...", image: "ghcr.io/{owner}/{image}", site: true},
	{address: "github.com/orgs/{owner}/packages/container/package/{image}/...", image: "ghcr.io/{owner}/{image}", site: true},
	{address: "github.com/users/{owner}/packages/container/package/{image}/...", image: "ghcr.io/{owner}/{image}", site: true},
	{address: "github.com/orgs/{owner}/packages/container/{image}/versions", image: "ghcr.io/{owner}/{image}", site: true},
	{address: "github.com/users/{owner}/packages/container/{image}/versions", image: "ghcr.io/{owner}/{image}", site: true},

	// Gitea and Forgejo, on any host: one host for the pages and the registry.
	{address: "{host}/{owner}/-/packages/container/{image}", image: "{host}/{owner}/{image}", never: true},
	{address: "{host}/{owner}/-/packages/container/{image}/versions", image: "{host}/{owner}/{image}", never: true},
	{address: "{host}/{owner}/-/packages/container/{image}/sha256:{hex}", image: "{host}/{owner}/{image}@sha256:{hex}", never: true},
	{address: "{host}/{owner}/-/packages/container/{image}/{tag}", image: "{host}/{owner}/{image}:{tag}", never: true},

	// NVIDIA. The older pages join the parts with colons.
	{address: "catalog.ngc.nvidia.com/orgs/{org}/containers/{image}/...", image: "nvcr.io/{org}/{image}", site: true},
	{address: "catalog.ngc.nvidia.com/orgs/{org}/teams/{team}/containers/{image}/...", image: "nvcr.io/{org}/{team}/{image}", site: true},
	{address: "ngc.nvidia.com/catalog/containers/{org}:{team}:{image}", image: "nvcr.io/{org}/{team}/{image}", site: true},
	{address: "ngc.nvidia.com/catalog/containers/{org}:{image}", image: "nvcr.io/{org}/{image}", site: true},

	// Google. A project whose name has a colon is written otherwise in an image name.
	{address: "console.cloud.google.com/artifacts/docker/{project}/{location}/{repository}/{image}", image: "{location}-docker.pkg.dev/{project}/{repository}/{image}", site: true},
	{address: "console.cloud.google.com/artifacts/docker/{project}/{location}/{repository}/{image}/sha256:{hex}", image: "{location}-docker.pkg.dev/{project}/{repository}/{image}@sha256:{hex}", site: true},
	{address: "console.cloud.google.com/gcr/images/{project}/global/{image...}?tag={tag}", image: "gcr.io/{project}/{image}:{tag}", site: true},
	{address: "console.cloud.google.com/gcr/images/{project}/global/{image...}", image: "gcr.io/{project}/{image}", site: true},
	{address: "console.cloud.google.com/gcr/images/{project}/us/{image...}", image: "us.gcr.io/{project}/{image}", site: true},
	{address: "console.cloud.google.com/gcr/images/{project}/eu/{image...}", image: "eu.gcr.io/{project}/{image}", site: true},
	{address: "console.cloud.google.com/gcr/images/{project}/asia/{image...}", image: "asia.gcr.io/{project}/{image}", site: true},

	// Amazon.
	{address: "gallery.ecr.aws/{alias}/{image...}", image: "public.ecr.aws/{alias}/{image}", site: true},
	{address: "{session}.{region}.console.aws.amazon.com/ecr/repositories/private/{account}/{image...}/_/...", where: whereAWS, site: true},
	{address: "{session}.{region}.console.aws.amazon.com/ecr/repositories/private/{account}/{image...}", image: "{account}.dkr.ecr.{region}.amazonaws.com/{image}", site: true},
	{address: "{region}.console.aws.amazon.com/ecr/repositories/private/{account}/{image...}/_/image/sha256:{hex}/details", image: "{account}.dkr.ecr.{region}.amazonaws.com/{image}@sha256:{hex}", site: true},
	{address: "{region}.console.aws.amazon.com/ecr/repositories/private/{account}/{image...}/_/...", where: whereAWS, site: true},
	{address: "{region}.console.aws.amazon.com/ecr/repositories/private/{account}/{image...}", image: "{account}.dkr.ecr.{region}.amazonaws.com/{image}", site: true},

	// Microsoft.
	{address: "mcr.microsoft.com/{language}/artifact/{kind}/{image...}/tag/{tag}", image: "mcr.microsoft.com/{image}:{tag}", never: true},
	{address: "mcr.microsoft.com/{language}/artifact/{kind}/{image...}/about", image: "mcr.microsoft.com/{image}", never: true},
	{address: "mcr.microsoft.com/{language}/artifact/{kind}/{image...}/tags", image: "mcr.microsoft.com/{image}", never: true},
	{address: "mcr.microsoft.com/{language}/artifact/{kind}/{image...}", image: "mcr.microsoft.com/{image}", never: true},
	{address: "mcr.microsoft.com/{language}/product/{image...}/about", image: "mcr.microsoft.com/{image}", never: true},
	{address: "mcr.microsoft.com/{language}/product/{image...}/tags", image: "mcr.microsoft.com/{image}", never: true},
	{address: "mcr.microsoft.com/{language}/product/{image...}", image: "mcr.microsoft.com/{image}", never: true},
	{address: "mcr.microsoft.com/catalog/...", where: whereMCR},

	// The endpoints of a registry (OCI Distribution Specification 1.1), on any host.
	{address: "{host}/v2/{image...}/manifests/sha256:{hex}", image: "{host}/{image}@sha256:{hex}", never: true},
	{address: "{host}/v2/{image...}/manifests/{tag}", image: "{host}/{image}:{tag}", never: true},
	{address: "{host}/v2/{image...}/tags/list", image: "{host}/{image}", never: true},
	{address: "{host}/v2/{image...}/blobs/...", where: whereAPI, never: true},
	{address: "{host}/v2/_catalog", where: whereAPI, never: true},
	{address: "{host}/v2", where: whereAPI},

	// Products that people run themselves.
	{address: "{host}/harbor/projects/...", where: whereHarbor, never: true},
	{address: "{host}/harbor/...", where: whereHarbor},
	{address: "{host}/{path...}/-/container_registry/...", where: whereLab, never: true},
	{address: "{host}/{path...}/container_registry/...", where: whereLab},
	{address: "{host}/ui/repos/tree/...", where: whereJFrog, never: true},
	{address: "{host}/ui/native/...", where: whereJFrog, never: true},
	{address: "{host}/ui/packages/...", where: whereJFrog, never: true},
	{address: "{host}/ui/...", where: whereJFrog},
	{address: "{host}/artifactory/webapp/...", where: whereJFrog, never: true},
	{address: "{host}/service/rest/...", where: whereNexus, never: true},
	{address: "{host}/{owner}/{repository}/pkgs/container/...", where: wherePage, never: true},
	{address: "{host}/k8s/ns/{namespace}/imagestreams/...", where: whereConsole, never: true},
	{address: "{host}/k8s/...", where: whereConsole},

	// Sites without a registry, whatever the page.
	{address: "catalog.redhat.com/...", where: whereRedHat, site: true},
	{address: "access.redhat.com/...", where: whereRedHat, site: true},
	{address: "console.redhat.com/...", where: whereRedHat, site: true},
	{address: "docker.com/...", where: whereHub, site: true},
	{address: "hub.docker.com/...", where: whereHub, site: true},
	{address: "www.docker.com/...", where: whereHub, site: true},
	{address: "app.docker.com/...", where: whereHub, site: true},
	{address: "docs.docker.com/...", where: whereHub, site: true},
	{address: "store.docker.com/...", where: whereHub, site: true},
	{address: "cloud.docker.com/...", where: whereHub, site: true},
	{address: "scout.docker.com/...", where: whereHub, site: true},
	{address: "github.com/...", where: whereGitHub, site: true},
	{address: "www.github.com/...", where: whereGitHub, site: true},
	{address: "raw.githubusercontent.com/...", where: whereGitHub, site: true},
	{address: "gitlab.com/...", where: whereGitLab, site: true},
	{address: "catalog.ngc.nvidia.com/...", where: whereNGC, site: true},
	{address: "org.ngc.nvidia.com/...", where: whereNGC, site: true},
	{address: "ngc.nvidia.com/...", where: whereNGC, site: true},
	{address: "build.nvidia.com/...", where: `the name to pull stands under "Deploy", behind "docker run", and begins with "nvcr.io/"`, site: true},
	{address: "console.cloud.google.com/...", where: whereGoogle, site: true},
	{address: "cloud.google.com/...", where: whereGoogle, site: true},
	{address: "console.aws.amazon.com/...", where: whereAWS, site: true},
	{address: "{region}.console.aws.amazon.com/...", where: whereAWS, site: true},
	{address: "gallery.ecr.aws/...", where: whereGallery, site: true},
	{address: "portal.azure.com/...", where: whereAzure, site: true},
	{address: "cloud.ibm.com/...", where: whereIBM, site: true},
	{address: "cloud.oracle.com/...", where: wherePage, site: true},
	{address: "container-registry.oracle.com/ords/...", where: wherePage},
	{address: "cloud.digitalocean.com/...", where: `the name to pull begins with "registry.digitalocean.com/"`, site: true},
	{address: "console.scaleway.com/...", where: wherePage, site: true},
	{address: "cr.console.aliyun.com/...", where: wherePage, site: true},
	{address: "images.chainguard.dev/...", where: `the name to pull stands on the page, and begins with "cgr.dev/"`, site: true},
	{address: "artifacthub.io/...", where: `the name to pull stands under "Install"`, site: true},
	{address: "huggingface.co/...", where: `a Space's image stands under "Run locally" of its menu, and begins with "registry.hf.space/"`, site: true},
	{address: "registry.terraform.io/...", where: whereNone, site: true},
	{address: "registry.opentofu.org/...", where: whereNone, site: true},
	{address: "registry.npmjs.org/...", where: whereNone, site: true},
	{address: "pypi.org/...", where: whereNone, site: true},
}

// pagesByHost has the rows of a host that is written out, anyHost the others.
var pagesByHost, anyHost = indexPages()

func indexPages() (byHost map[string][]page, anyHost []page) {
	byHost = map[string][]page{}
	for _, p := range pages {
		if host, _, _ := strings.Cut(p.address, "/"); strings.Contains(host, "{") {
			anyHost = append(anyHost, p)
		} else {
			byHost[host] = append(byHost[host], p)
		}
	}
	return byHost, anyHost
}

// webAddress is a web address without its scheme, taken apart.
type webAddress struct {
	host  string
	path  []string // with escapes undone, so that a segment can have a "/"
	query url.Values
}

// splitAddress takes apart what follows a scheme. What is behind "?" or "#" is no part of the path.
func splitAddress(s string) webAddress {
	s, _, _ = strings.Cut(s, "#")
	s, query, _ := strings.Cut(s, "?")
	host, path, _ := strings.Cut(s, "/")
	a := webAddress{host: strings.ToLower(host)}
	if path = strings.TrimRight(path, "/"); path != "" {
		a.path = strings.Split(path, "/")
	}
	for i, segment := range a.path {
		segment, _, _ = strings.Cut(segment, ";tab=") // Google's
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		a.path[i] = segment
	}
	if query != "" {
		a.query, _ = url.ParseQuery(query) // of a broken one, what could be read
	}
	return a
}

// findPage looks an address up, and the image whose page it is, where that follows. Without a scheme,
// what can be an image's name is none.
func findPage(s string, scheme bool) (found page, image string, ok bool) {
	a := splitAddress(s)
	if !isRegistry(a.host) {
		return page{}, "", false
	}
	tables := [][]page{pagesByHost[a.host], anyHost}
	if !scheme && a.host == "docker.io" {
		tables = tables[:1] // acme/ui/native/train is an image, with and without its registry
	}
	for _, rows := range tables {
		for _, p := range rows {
			if !scheme && !p.site && !p.never {
				continue
			}
			if values, ok := p.match(a); ok {
				return p, strings.NewReplacer(values...).Replace(p.image), true
			}
		}
	}
	return page{}, "", false
}

// match reports whether the address is one of these, and returns pairs of a variable, with its
// braces, and what it stands for.
func (p page) match(a webAddress) (values []string, ok bool) {
	pattern, query, _ := strings.Cut(p.address, "?")
	host, path, _ := strings.Cut(pattern, "/")
	if values, ok = matchPath(path, a.path, nil); !ok {
		return nil, false
	}
	if values, ok = matchText(host, a.host, values); !ok {
		return nil, false
	}
	if key, variable, ok := strings.Cut(query, "="); ok {
		return append(values, variable, a.query.Get(key)), a.query.Get(key) != ""
	}
	return values, true
}

func matchPath(pattern string, path, values []string) ([]string, bool) {
	first, rest, _ := strings.Cut(pattern, "/")
	switch {
	case pattern == "":
		return values, len(path) == 0
	case first == "...":
		return values, true
	case len(path) == 0:
		return nil, false
	case strings.HasSuffix(first, "...}"):
		// As few segments as will do: what comes behind them is written out.
		for n := 1; n <= len(path); n++ {
			if found, ok := matchPath(rest, path[n:], values); ok {
				return append(found, strings.Replace(first, "...", "", 1), strings.Join(path[:n], "/")), true
			}
		}
		return nil, false
	}
	values, ok := matchText(first, path[0], values)
	if !ok {
		return nil, false
	}
	return matchPath(rest, path[1:], values)
}

// matchText matches a host or a segment: text, in any letter case, and variables with text between
// them.
func matchText(pattern, s string, values []string) ([]string, bool) {
	before, behind, variable := strings.Cut(pattern, "{")
	if len(s) < len(before) || !strings.EqualFold(s[:len(before)], before) {
		return nil, false
	}
	s = s[len(before):]
	if !variable {
		return values, s == ""
	}
	name, behind, _ := strings.Cut(behind, "}")
	next, _, _ := strings.Cut(behind, "{")
	end := len(s)
	if next != "" {
		end = strings.Index(s, next)
	}
	if end < 1 {
		return nil, false
	}
	return matchText(behind, s[end:], append(values, "{"+name+"}", s[:end]))
}

// registries are hosts of which it is known that they answer as registries.
var registries = []string{
	"docker.io", "index.docker.io", "registry-1.docker.io", "quay.io", "ghcr.io", "gcr.io", "{x}.gcr.io", "{x}-docker.pkg.dev",
	"mcr.microsoft.com", "{x}.azurecr.io", "{x}.amazonaws.com", "{x}.amazonaws.com.cn", "public.ecr.aws", "nvcr.io", "icr.io",
	"{x}.icr.io", "lscr.io", "cgr.dev", "dhi.io", "{x}.ocir.io", "{x}.jfrog.io", "registry.{x}", "docker.{x}", "localhost", "{x}:5000",
}

// isKnownRegistry reports whether a registry is sure to answer at the host. Of any other host,
// an address in a browser is as likely to be a page.
func isKnownRegistry(host string) bool {
	for _, registry := range registries {
		if _, ok := matchText(registry, strings.ToLower(host), nil); ok {
			return true
		}
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(strings.Trim(host, "[]")) != nil
}

// hasVersion reports whether the last part of the path has a tag or a digest, as pages have not.
func hasVersion(path string) bool {
	last := path[strings.LastIndex(path, "/")+1:]
	return strings.ContainsAny(last, ":@") && !strings.ContainsAny(path, "?#")
}
