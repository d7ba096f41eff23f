package ownership

import (
	"cmp"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Sameness says whether two locations are one.
type Sameness int

const (
	// Different means that they are two, or that nothing shows that they're one.
	Different Sameness = iota
	// SameIfUnchanged means that they are URLs with the same host and path and another scheme
	// or port. They're taken for one if the whole document is the one last seen.
	SameIfUnchanged
	// Same means that they are the same file name in the same directory, or the same URL.
	Same
)

// ComparePlaces compares two locations of instances: paths of files, or URLs. It
// looks at the directories of files, so symbolic links and mounts resolve.
func ComparePlaces(a, b string) Sameness {
	if a == b {
		return Same
	}
	aURL, bURL := isURL(a), isURL(b)
	switch {
	case aURL && bURL:
		return compareURLs(a, b)
	case aURL || bURL || filepath.Base(a) != filepath.Base(b):
		return Different
	case sameDirectory(filepath.Dir(a), filepath.Dir(b)):
		return Same
	}
	return Different
}

func isURL(location string) bool {
	return strings.HasPrefix(location, "http://") || strings.HasPrefix(location, "https://")
}

func compareURLs(a, b string) Sameness {
	x, errX := url.Parse(a)
	y, errY := url.Parse(b)
	switch {
	case errX != nil, errY != nil, !strings.EqualFold(x.Hostname(), y.Hostname()), x.EscapedPath() != y.EscapedPath():
		return Different
	case x.Scheme == y.Scheme && port(x) == port(y):
		return Same
	}
	return SameIfUnchanged
}

func port(u *url.URL) string {
	return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}

// sameDirectory compares directories. If both are missing, what their paths end
// with alike is left out.
func sameDirectory(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	switch {
	case errX == nil && errY == nil:
		return os.SameFile(x, y)
	case errors.Is(errX, fs.ErrNotExist) && errors.Is(errY, fs.ErrNotExist) && filepath.Base(a) == filepath.Base(b) && filepath.Dir(a) != a:
		return sameDirectory(filepath.Dir(a), filepath.Dir(b))
	}
	return false
}
