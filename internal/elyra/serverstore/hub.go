package serverstore

import (
	"net/url"
	"strconv"
	"strings"
)

// hubPlace is what the path of an endpoint says of its place on a JupyterHub.
type hubPlace struct {
	// withoutPage is the endpoint without what looks like a page of the server's;
	// empty where nothing does.
	withoutPage string
	// host is the endpoint's, without its port.
	host string
	// root is the Hub's public address, without a slash at the end.
	root string
	// user and server are the user's name and that of a named server, as in the
	// URL. Both are empty where the path isn't below /user/.
	user, server string
	// hub reports whether the path leads to the Hub's own pages.
	hub bool
	// version is the Hub's, as its answers say; empty where none has come.
	version string
}

// placeOnHub reads an endpoint's path: …/user/NAME or …/user/NAME/SERVER, with
// /hub before it where it is the Hub's own page about that server.
func placeOnHub(base *url.URL) hubPlace {
	p := hubPlace{host: base.Hostname()}
	prefix, rest, found := strings.Cut(base.EscapedPath()+"/", "/user/")
	if found {
		p.user, rest, _ = strings.Cut(rest, "/")
		p.server, _, _ = strings.Cut(rest, "/")
	}
	prefix, _, p.hub = strings.Cut(prefix+"/", "/hub/")
	p.root = (&url.URL{Scheme: base.Scheme, Host: base.Host}).String() + strings.TrimRight(prefix, "/")
	if path, page := cutPage(base.EscapedPath()); page != "" {
		p.withoutPage = cleanEndpoint(base, path).String()
	}
	return p
}

// isServer reports whether a user's server could be there.
func (p hubPlace) isServer() bool { return p.user != "" && !p.hub }

// startScope is the scope that lets its owner start servers: JupyterHub before 6
// has none for that alone.
func (p hubPlace) startScope() string {
	major, _, _ := strings.Cut(p.version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < 6 {
		return "servers"
	}
	return "start:servers"
}

// explain puts into a text what the place tells: {hub} is the Hub's own address,
// {user} the user, {endpoint} the user's server, {start} where it is started, {scope}
// what lets a token do that, and {server} the server as the Hub's scopes name it.
func (p hubPlace) explain(text string) string {
	user, start, server := p.user, "/server", ""
	if user == "" {
		user = "<name>"
	}
	if p.server != "" {
		start, server = "/servers/"+p.server, "/"+p.server
	}
	hub := p.root + "/hub"
	return strings.NewReplacer(
		"{host}", p.host,
		"{hub}", hub,
		"{user}", unescaped(user),
		"{endpoint}", p.root+"/user/"+user+server+"/",
		"{start}", hub+"/api/users/"+user+start,
		"{scope}", p.startScope(),
		"{server}", unescaped(user)+"/"+unescaped(p.server),
	).Replace(text)
}

func unescaped(segment string) string {
	if name, err := url.PathUnescape(segment); err == nil {
		return name
	}
	return segment
}
