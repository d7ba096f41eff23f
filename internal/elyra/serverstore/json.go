package serverstore

import (
	"net/url"
	"strings"
)

// escape makes one path segment of a name.
func escape(name string) string {
	switch name {
	case ".", "..":
		return strings.ReplaceAll(name, ".", "%2E")
	}
	return url.PathEscape(name)
}
