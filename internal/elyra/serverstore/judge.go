package serverstore

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// maxMessage bounds what is taken over from a server, in characters.
const maxMessage = 500

// broken is the fault of a request that got no answer.
func (c *client) broken(r request, kind Kind, message string) *Error {
	return &Error{Kind: kind, Method: r.method, URL: below(c.base, r.path).String(), Message: message, place: placeOnHub(c.base)}
}

// judge turns an answer that is no success into a fault.
func (c *client) judge(a *answer) *Error {
	e := &Error{Method: a.method, URL: a.url, Status: a.status, Message: c.clean(a.message()), place: placeOnHub(c.base)}
	e.place.version = a.header.Get("X-Jupyterhub-Version")
	if c.elyrasWord(e, a) {
		return e
	}
	var asked bool
	if e.wait, asked = retryAfter(a); asked && e.Message == "" {
		e.Message = "it asks to wait for " + e.wait.Round(time.Second).String()
	}
	switch hubKind, byHub := hubKind(a, e.place); {
	case byHub:
		e.Kind = hubKind
	case a.status >= 300 && a.status < 400:
		e.Kind = KindRedirect
		if e.target = c.target(a); e.target != "" {
			e.Kind = redirectKind(e.target)
		}
	default:
		e.Kind = c.statusKind(a)
	}
	return e
}

// hubKind is what an answer means that comes from a JupyterHub in the place of a
// user's server. Their servers' answers have its header, too, but Elyra's are all
// JSON of its own shape. (Measured on JupyterHub 5.5 and 6.1; package elyratest
// answers alike.)
func hubKind(a *answer, place hubPlace) (kind Kind, byHub bool) {
	switch {
	case a.status == http.StatusFailedDependency && place.isServer():
		return KindHubStopped, true // some proxies hide the header
	case a.header.Get("X-Jupyterhub-Version") == "" || a.isElyra() || a.ok():
		return 0, false
	case !place.isServer():
		return KindHub, true
	case a.status == http.StatusForbidden, a.status == http.StatusServiceUnavailable:
		// The Hub takes every write without its own cookie for a forged one.
		return KindHubStopped, true
	default:
		return 0, false
	}
}

// message is what a JSON answer says, or nothing.
func (a *answer) message() string {
	var said struct{ Message string }
	if !a.isJSON() || json.Unmarshal(a.body, &said) != nil {
		return ""
	}
	return said.Message
}

// isElyra reports whether an answer is an error in the shape that Elyra's
// handlers give to all of theirs, refused credentials among them.
// (Elyra's elyra/util/http.py)
func (a *answer) isElyra() bool {
	var said struct{ Reason, Message, Timestamp *string }
	return a.isJSON() && json.Unmarshal(a.body, &said) == nil && said.Reason != nil && said.Message != nil && said.Timestamp != nil
}

// clean makes what a server said fit for a line of text, without our own secrets
// should it have repeated them.
func (c *client) clean(message string) string { return netutil.Line(c.mask(message), maxMessage) }

// statusKinds are what answers mean by their status alone.
var statusKinds = map[int]Kind{
	http.StatusUnauthorized:       KindUnauthorized,
	http.StatusProxyAuthRequired:  KindProxyUnauthorized,
	http.StatusNotFound:           KindWrongURL,
	http.StatusMethodNotAllowed:   KindWrongURL,
	http.StatusTooManyRequests:    KindThrottled,
	http.StatusBadGateway:         KindUnavailable,
	http.StatusServiceUnavailable: KindUnavailable,
	http.StatusGatewayTimeout:     KindUnavailable,
}

// statusKind tells what an answer means that is neither a success nor a redirect
// nor Elyra's word.
func (c *client) statusKind(a *answer) Kind {
	switch {
	case a.status == http.StatusForbidden && a.header.Get("X-Jupyterhub-Version") != "":
		return KindHubForbidden
	case a.status == http.StatusForbidden && c.session != nil:
		return KindPassword
	case a.status == http.StatusForbidden && c.token != "":
		return KindForbidden
	case a.status == http.StatusForbidden:
		return KindNoCredentials
	}
	if kind, known := statusKinds[a.status]; known {
		return kind
	}
	if a.status >= 500 {
		return KindServerError
	}
	return KindUnexpected
}

// target is where a redirect leads, without query: that carries OAuth states and
// tokens. Empty where it cannot be read.
func (c *client) target(a *answer) string {
	location := a.header.Get("Location")
	target, err := c.base.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	return c.mask((&url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}).String())
}

// redirects are what a part of a redirect's target says of it.
var redirects = []struct {
	part string
	kind Kind
}{
	{"/hub/api/oauth2/", KindHubLogin},
	{"/hub/login", KindHubLogin},
	{"/hub/oauth_login", KindHubLogin},
	// The Hub's proxy sends there what it has no server for.
	{"/hub/user/", KindHubStopped},
	{"/hub/spawn", KindHubStopped},
	{"/oauth", KindLogin},
}

func redirectKind(target string) Kind {
	for _, r := range redirects {
		if strings.Contains(target, r.part) {
			return r.kind
		}
	}
	if strings.HasSuffix(target, "/login") {
		return KindLogin
	}
	return KindRedirect
}

// What Elyra says of one instance. There is nothing else to tell its answers
// apart by: a 404 may come from elsewhere, a 403 too, and a 500 is how it reports
// that a stored document is not an object or has an unknown schema.
// (Elyra's elyra/metadata/{error,storage,manager}.py)
const (
	saysUnloadable = "JSON failed to load for instance '%s'"
	saysInvalid    = "Validation failed for instance '%s' using the runtime-image schema with error: "
	saysNoObject   = "TypeError("
)

var sayings = []struct {
	status int
	says   string // the message's beginning
	kind   Kind
}{
	{http.StatusNotFound, "No such instance named '%s' was found in the runtime-images schemaspace", KindNotFound},
	{http.StatusForbidden, "Removal of instance '%s' from the runtime-images schemaspace is not permitted", KindProtected},
	{http.StatusConflict, "An instance named '%s' already exists in the runtime-images schemaspace", KindExists},
	{http.StatusInternalServerError, saysNoObject, KindInvalid},
	{http.StatusInternalServerError, "SchemaNotFoundError(", KindInvalid},
}

// elyrasWord recognises what Elyra itself says of one instance, and reports
// whether it did.
func (c *client) elyrasWord(e *Error, a *answer) bool {
	if a.instance == "" || !a.isJSON() {
		return false
	}
	kind, known := said(a)
	if !known {
		return false
	}
	e.Kind = kind
	location := c.location(a.instance)
	readOnly := func(reason string) error {
		return &elyra.ReadOnlyError{Name: a.instance, Location: location, Reason: reason}
	}
	switch kind {
	case KindNotFound:
		e.err = elyra.ErrNotFound
	case KindProtected:
		e.err = readOnly("cannot be deleted by the server's user: it ships with Elyra or belongs to the system")
	case KindExists:
		e.err = &elyra.ExistsError{Name: a.instance, Location: location, Writable: true}
	case KindUnsavable:
		e.err = readOnly("has a name that Elyra reads but does not save: it can be deleted, not changed")
	default:
		reason := strings.TrimPrefix(e.Message, c.clean(about(a.instance, saysInvalid)))
		e.err = &elyra.InvalidError{
			Name: a.instance, Location: location,
			Reasons:    []string{strings.TrimSpace(strings.TrimSuffix(reason, "."))},
			Unloadable: a.says(saysUnloadable) || a.says(saysNoObject),
		}
	}
	return true
}

// said is what Elyra's answer about one instance means.
func said(a *answer) (kind Kind, known bool) {
	for _, s := range sayings {
		if a.status == s.status && a.says(s.says) {
			return s.kind, true
		}
	}
	writes := a.method == http.MethodPost || a.method == http.MethodPut
	switch {
	case a.status != http.StatusBadRequest:
		return 0, false
	case a.method == http.MethodPut && elyra.ValidateName(a.instance) != nil:
		return KindUnsavable, true
	case writes:
		return KindRefused, true
	// Elyra names the instance that it cannot read; a gateway does not.
	case strings.Contains(a.message(), "'"+a.instance+"'"):
		return KindInvalid, true
	default:
		return 0, false
	}
}

func about(name, text string) string { return strings.Replace(text, "%s", name, 1) }

func (a *answer) says(text string) bool {
	return strings.HasPrefix(a.message(), about(a.instance, text))
}

// unexpected is the fault of a success that is not what Elyra answers. HTML
// with status 200 is what login pages are.
func (c *client) unexpected(a *answer) *Error {
	e := c.judge(a)
	e.Message = ""
	if a.media() == "text/html" {
		e.Kind = KindLogin
	}
	return e
}
