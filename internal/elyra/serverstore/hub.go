package serverstore

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
)

// hubPlace is what the path of an endpoint says of its place on a JupyterHub.
type hubPlace struct {
	// root is the Hub's public address, without a slash at the end.
	root string
	// user and server are the user's name and that of a named server, as in the
	// URL. Both are empty where the path isn't below /user/.
	user, server string
	// hub reports whether the path leads to the Hub's own pages.
	hub bool
}

// placeOnHub reads an endpoint's path: …/user/NAME or …/user/NAME/SERVER, with
// /hub before it where it is the Hub's own page about that server.
func placeOnHub(base *url.URL) hubPlace {
	var p hubPlace
	prefix, rest, found := strings.Cut(base.EscapedPath()+"/", "/user/")
	if found {
		p.user, rest, _ = strings.Cut(rest, "/")
		p.server, _, _ = strings.Cut(rest, "/")
	}
	prefix, _, p.hub = strings.Cut(prefix+"/", "/hub/")
	p.root = (&url.URL{Scheme: base.Scheme, Host: base.Host}).String() + strings.TrimRight(prefix, "/")
	return p
}

// isServer reports whether a user's server could be there.
func (p hubPlace) isServer() bool { return p.user != "" && !p.hub }

// explain puts into a text what the endpoint shows: {host} is its host, {hub} the Hub's
// own address, {user} the user, {endpoint} the user's server, {start} where it is started, {scope}
// what lets a token do that, and {server} the server as the Hub's scopes name it.
// Version is the Hub's, or empty.
func (s *server) explain(text, version string) string {
	p, start, server, scope := s.place, "/server", "", "start:servers"
	p.user = cmp.Or(p.user, "<name>")
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < 6 {
		scope = "servers" // it has no scope for that alone
	}
	if p.server != "" {
		start, server = "/servers/"+p.server, "/"+p.server
	}
	hub := p.root + "/hub"
	user, _ := url.PathUnescape(p.user) // they're escaped well
	named, _ := url.PathUnescape(p.server)
	return strings.NewReplacer(
		"{host}", s.base.Hostname(),
		"{hub}", hub,
		"{user}", user,
		"{endpoint}", p.root+"/user/"+p.user+server+"/",
		"{start}", hub+"/api/users/"+p.user+start,
		"{scope}", scope,
		"{server}", user+"/"+named,
	).Replace(text)
}
