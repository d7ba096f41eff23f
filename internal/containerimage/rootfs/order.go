package rootfs

import "strings"

// order watches in which order the entries of an archive come. Builders use one of two: the walk of
// a directory tree, in which names are compared from the root down (containerd, BuildKit, Buildah),
// and that of whole paths as strings (Docker's classic builder, Kaniko). They differ where a name
// goes on with a character below "/": usr/lib-x stands behind usr/lib/a in the one, before it in the
// other. In both, nothing comes below what is a symbolic link in the archive.
type order struct {
	last    string // clean path of the last entry
	no      [2]bool
	started bool
}

// compares are the two orders.
var compares = [2]func(a, b string) int{compareWalk, strings.Compare}

// compareWalk compares clean paths name by name.
func compareWalk(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			switch {
			case a[i] == '/':
				return -1
			case b[i] == '/':
				return 1
			}
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

// see takes in the next entry. An opaque whiteout counts as its directory.
func (o *order) see(p string) {
	if len(p) > 1 {
		p = strings.TrimSuffix(p, "/")
	}
	for i, compare := range compares {
		o.no[i] = o.no[i] || o.started && compare(o.last, p) > 0
	}
	o.last, o.started = p, true
}

// passed reports whether an entry p would have come by now, in each order that the entries so far
// are in. It reports false when they are in none.
func (o *order) passed(p string) bool {
	if !o.started || o.no[0] && o.no[1] {
		return false
	}
	for i, compare := range compares {
		if !o.no[i] && compare(o.last, p) <= 0 {
			return false
		}
	}
	// Files below p show that it is a directory, wherever its own entry is.
	return !strings.HasPrefix(o.last, p+"/")
}

// passedAll reports whether both of last, the last paths asked for in either order, are behind.
func (o *order) passedAll(last [2]string) bool {
	return o.passed(last[0]) && o.passed(last[1])
}
