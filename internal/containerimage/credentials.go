package containerimage

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Credentials sign in to registries. The zero value has none. Of those that match a repository equally well,
// the first that were added count.
type Credentials struct {
	entries []entry
	// Docker adds those of the machine's Docker configuration, with its credential helpers, which are read
	// and run when a check needs them.
	Docker bool
}

// entry is for the registries and repositories that match a pattern.
type entry struct {
	pattern string
	auth    authn.AuthConfig
}

// Errors of [Credentials.AddDockerConfig]. None quotes what it was given.
var (
	errDockerConfig  = errors.New("the text isn't the content of a .dockerconfigjson, such as:\n\n    {\"auths\": {\"quay.io\": {\"auth\": \"<base64 of user:password>\"}}}\n\nGive the value of the Secret's key .dockerconfigjson, decoded from base64")
	errNoCredentials = errors.New("the text is a .dockerconfigjson without any credentials. Add credentials for the registry, or remove the argument")
	errOnlyHelpers   = errors.New("the text names credential helpers and holds no credentials. Log in where none is configured and give that file, or set use_docker_config = true to run the helpers of this machine")
)

// Add adds a user of a registry, or of its repositories below a path.
func (c *Credentials) Add(registry, username, password string) {
	c.entries = append(c.entries, entry{pattern(registry), authn.AuthConfig{Username: username, Password: password}})
}

// AddDockerConfig adds what the content of a .dockerconfigjson has, as Secrets of type
// kubernetes.io/dockerconfigjson hold it, or of a Docker configuration file with credentials in it.
func (c *Credentials) AddDockerConfig(content string) error {
	var config struct {
		Auths       map[string]authn.AuthConfig `json:"auths"`
		CredsStore  string                      `json:"credsStore"`
		CredHelpers map[string]string           `json:"credHelpers"`
	}
	if json.Unmarshal([]byte(content), &config) != nil {
		return errDockerConfig
	}
	found := len(c.entries)
	for registry, auth := range config.Auths {
		if auth != (authn.AuthConfig{}) {
			c.entries = append(c.entries, entry{pattern(registry), auth})
		}
	}
	switch {
	case len(c.entries) > found:
		return nil
	case config.CredsStore != "" || len(config.CredHelpers) > 0:
		return errOnlyHelpers
	case config.Auths != nil:
		return errNoCredentials
	}
	return errDockerConfig
}

// pattern is a registry as configurations write it, without scheme and API version.
func pattern(registry string) string {
	registry = strings.TrimPrefix(strings.TrimPrefix(registry, "https://"), "http://")
	registry = strings.TrimSuffix(registry, "/")
	for _, version := range []string{"/v1", "/v2"} {
		registry = strings.TrimSuffix(registry, version)
	}
	host, rest, _ := strings.Cut(registry, "/")
	switch host {
	case "docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		host = name.DefaultRegistry
	}
	return strings.TrimSuffix(host+"/"+rest, "/")
}

// match reports whether a pattern is for a repository: as Kubernetes matches the Secrets of a Pod,
// "*" stands for a part of the host's name, and a path for all repositories below it.
func match(pattern, registry, repository string) bool {
	host, below, _ := strings.Cut(pattern, "/")
	if strings.Count(host, ".") != strings.Count(registry, ".") {
		return false
	}
	if ok, err := path.Match(host, registry); err != nil || !ok {
		return false
	}
	return below == "" || repository == below || strings.HasPrefix(repository, below+"/")
}

// find returns what signs in to a repository, the nearest match first, and Anonymous where there is
// nothing. It reports false if the machine's Docker configuration couldn't be used. It doesn't say why:
// what a helper prints may be a secret.
func (c Credentials) find(ctx context.Context, repo name.Repository) (authn.Authenticator, bool) {
	var best *entry
	for i, e := range c.entries {
		if match(e.pattern, repo.RegistryStr(), repo.RepositoryStr()) && (best == nil || len(e.pattern) > len(best.pattern)) {
			best = &c.entries[i]
		}
	}
	switch {
	case best != nil:
		return authn.FromConfig(best.auth), true
	case !c.Docker:
		return authn.Anonymous, true
	}
	resolved := make(chan authn.Authenticator, 1)
	go func() { // helpers know no context: one that hangs is left behind
		auth, _ := authn.DefaultKeychain.Resolve(repo) // nil if it fails
		resolved <- auth
	}()
	select {
	case auth := <-resolved:
		return auth, auth != nil
	case <-ctx.Done():
		return nil, false
	}
}
