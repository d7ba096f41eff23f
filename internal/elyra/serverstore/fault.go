package serverstore

import (
	"fmt"
	"strings"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Kind tells faults apart.
type Kind int

// The kinds of faults.
const (
	// KindUnexpected is an answer that makes no sense where it came.
	KindUnexpected Kind = iota
	// KindNotFound: Elyra says that it has no such instance. Wraps
	// [elyra.ErrNotFound], alone of all kinds.
	KindNotFound
	// KindExists: the name is taken. Wraps an [elyra.ExistsError].
	KindExists
	// KindProtected: the instance lives where the server does not write. Wraps an
	// [elyra.ReadOnlyError].
	KindProtected
	// KindRefused: Elyra refuses the document that it was sent. Wraps an
	// [elyra.InvalidError].
	KindRefused
	// KindUnsavable: Elyra reads instances of such a name, and saves none. Wraps
	// an [elyra.ReadOnlyError].
	KindUnsavable
	// KindInvalid: Elyra refuses the document that is stored. Wraps an
	// [elyra.InvalidError].
	KindInvalid
	// KindWrongURL: no Jupyter Server has its base there.
	KindWrongURL
	// KindNoElyra: a Jupyter Server without Elyra.
	KindNoElyra
	// KindLogin: a login page, or a redirect to one.
	KindLogin
	// KindHubLogin: a redirect to JupyterHub's login.
	KindHubLogin
	// KindRedirect: a redirect to elsewhere.
	KindRedirect
	// KindUnauthorized: 401, which Jupyter never sends; a proxy in front does.
	KindUnauthorized
	// KindProxyUnauthorized: 407, from the proxy that leads out of here.
	KindProxyUnauthorized
	// KindNoCredentials: the server requires credentials and was sent none.
	KindNoCredentials
	// KindForbidden: the server refuses the token.
	KindForbidden
	// KindPassword: the server refuses the password.
	KindPassword
	// KindHubForbidden: a server of a JupyterHub refuses the token.
	KindHubForbidden
	// KindHubStopped: the Hub answers in the place of a server that is not running.
	KindHubStopped
	// KindHubNamedStopped: the user's default server answers in the place of a
	// named one.
	KindHubNamedStopped
	// KindHub: the endpoint is the JupyterHub itself.
	KindHub
	// KindThrottled: 429.
	KindThrottled
	// KindUnavailable: 502, 503 or 504 from a proxy in front of the server.
	KindUnavailable
	// KindServerError: 500 or another status of the server's own failure.
	KindServerError
	// KindTLS: no secure connection.
	KindTLS
	// KindNotTLS: https, to what does not speak TLS.
	KindNotTLS
	// KindDNS: the host's name has no address.
	KindDNS
	// KindConnectionRefused: nothing listens there.
	KindConnectionRefused
	// KindProxy: the proxy that leads out of here does not connect.
	KindProxy
	// KindConnection: the connection could not be made, or broke.
	KindConnection
	// KindTimeout: no answer within the request timeout.
	KindTimeout
	// KindTruncated: the answer broke off.
	KindTruncated
	// KindOversize: the answer is larger than any answer of Elyra's.
	KindOversize
)

// row is what there is to know of a kind.
type row struct {
	// happened is a clause; status, target and message are added to it.
	happened string
	// next says in a sentence or two what to do about it. Empty where the error
	// of package elyra that the fault wraps says all. What stands in braces is
	// for [hubPlace.explain].
	next string
	// passing reports whether the same request may succeed a moment later.
	passing bool
	// unsent: the request never got as far as the server.
	unsent bool
	// door: the request was turned away before the server looked at what it
	// wants, and so will be the next one.
	door bool
}

const (
	checkCertificate = "Check that the endpoint's scheme is right (http or https). For a private certificate authority set ca_cert_pem; for a server that asks for a client certificate set client_cert_pem and client_key_pem."
	runAgainLater    = "A proxy in front of the server answered. Run this again when the server is back; max_retries makes the provider wait longer."
)

// kinds has a row for each kind.
var kinds = [...]row{
	KindUnexpected: {
		happened: "a response that Elyra never sends",
		next:     "Check that the endpoint is a Jupyter Server with Elyra; a proxy in front of it may have answered in its place.",
	},
	KindNotFound: {happened: elyra.ErrNotFound.Error()},
	KindExists:   {happened: "the name is taken"},
	KindProtected: {
		happened: "the instance is protected",
		next:     "It ships with Elyra or belongs to the system. An update writes a copy that hides it; only an administrator of the server can remove it.",
	},
	KindRefused: {
		happened: "Elyra refuses the document",
		next:     "Correct the value that Elyra names. This server's Elyra may be too old for it, or newer than this provider.",
	},
	KindUnsavable: {
		happened: "Elyra does not save an instance of this name",
		next:     "Delete it, and create one whose name has only lower-case letters, digits, hyphens and underscores.",
	},
	KindInvalid: {
		happened: "the stored instance is invalid",
		next:     "Correct the instance, or remove its file in metadata/runtime-images of the server's Jupyter data directory.",
	},
	KindWrongURL: {
		happened: "no Jupyter Server is there",
		next:     "Check the endpoint: it is the server's address with its base path, such as https://hub.example.com/user/jdoe on a JupyterHub.",
		door:     true,
	},
	KindNoElyra: {
		happened: "the Jupyter Server there has no Elyra",
		next:     "Install Elyra in the environment of that Jupyter Server (pip install elyra-server, or elyra) and restart it. \"jupyter server extension list\" must show elyra as enabled.",
		door:     true,
	},
	KindLogin: {
		happened: "a login page answers",
		next:     "Set a token (the server prints it when it starts), or a password where the server has one, or the headers that the proxy in front of it requires.",
		door:     true,
	},
	KindHubLogin: {
		happened: "JupyterHub requires a login",
		next:     "Set a JupyterHub token with the scope access:servers!server={server}, made at {hub}/token.",
		door:     true,
	},
	KindRedirect: {
		happened: "the answer is a redirect",
		next:     "Redirects are not followed, so that credentials do not end up elsewhere. Set the endpoint to where the server really is; mind http and https, and the base path.",
		door:     true,
	},
	KindUnauthorized: {
		happened: "the credentials are refused",
		next:     "Jupyter never sends this status; a proxy in front of it does. Set the headers that the proxy requires.",
		door:     true,
	},
	KindProxyUnauthorized: {
		happened: "the proxy refuses the credentials",
		next:     "Put the user name and password of the proxy into the environment variable that names it (HTTPS_PROXY or HTTP_PROXY), or list the server's host in NO_PROXY.",
		door:     true,
	},
	KindNoCredentials: {
		happened: "the server requires credentials",
		next:     "Set the token (\"jupyter server list\" shows it), or the password where the server has one.",
		door:     true,
	},
	KindForbidden: {
		happened: "the server refuses the credentials",
		next:     "Check the token: \"jupyter server list\" shows it, and a restarted server has a new one unless it is configured.",
		door:     true,
	},
	KindPassword: {
		happened: "the server refuses the password",
		next:     "Check the password. A server that has a token instead needs the token argument.",
		door:     true,
	},
	KindHubForbidden: {
		happened: "the JupyterHub refuses the token for this server",
		next:     "The token is wrong or expired, belongs to somebody else, or lacks this scope:\n\n    access:servers!server={server}\n\nMake one that has it at {hub}/token.",
		door:     true,
	},
	KindHubStopped: {
		happened: "JupyterHub answers in the place of this server, which is not running",
		next:     "Start the server at {hub}/home, or with a POST to {start} (scope {scope}!server={server}), wait until it is ready, and run this again. If it is running: there is no user {user}, or the token is not valid, which the Hub does not tell from a server that is not running.",
		door:     true,
	},
	KindHubNamedStopped: {
		happened: "no Jupyter Server is there, or the named server is not running",
		next:     "Start the named server at {hub}/home, or with a POST to {start} (scope {scope}!server={server}), wait until it is ready, and run this again. If it is running, check the endpoint.",
		door:     true,
	},
	KindHub: {
		happened: "this is the JupyterHub itself, not the server of one of its users",
		next:     "Set the endpoint to that server:\n\n    endpoint = \"{endpoint}\"",
		door:     true,
	},
	KindThrottled:   {happened: "too many requests", next: runAgainLater, passing: true},
	KindUnavailable: {happened: "the server is not available", next: runAgainLater, passing: true},
	KindServerError: {
		happened: "the server failed",
		next:     "See the server's log for details.",
	},
	KindTLS: {happened: "no secure connection", next: checkCertificate, unsent: true},
	KindNotTLS: {
		happened: "no secure connection: what listens there does not speak TLS",
		next:     "Check the endpoint: perhaps it begins with http://.",
		unsent:   true,
	},
	KindDNS: {
		happened: "the host is unknown",
		next:     "Check the host in the endpoint, and that this machine can resolve it.",
		unsent:   true,
	},
	KindConnectionRefused: {
		happened: "the connection is refused",
		next:     "Check host and port in the endpoint, and that the server is running (\"jupyter server list\").",
		passing:  true,
		unsent:   true,
	},
	KindProxy: {
		happened: "the proxy does not connect to the server",
		next:     "Check the environment variable that names the proxy (HTTPS_PROXY or HTTP_PROXY), and whether the server's host belongs in NO_PROXY.",
		passing:  true,
		unsent:   true,
	},
	KindConnection: {
		happened: "the connection failed",
		next:     "Check that the server is running and can be reached from this machine, and that the endpoint's scheme is right: a server with TLS hangs up on http.",
		passing:  true,
	},
	KindTimeout: {
		happened: "no answer in time",
		next:     "Check that the server is not overloaded, or raise request_timeout.",
		passing:  true,
	},
	KindTruncated: {
		happened: "the answer broke off",
		next:     "The server or a proxy closed the connection in the middle of its answer. Run this again, and see the server's log for details.",
		passing:  true,
	},
	KindOversize: {
		happened: "the answer is too large to be Elyra's",
		next:     "Check that the endpoint is a Jupyter Server.",
	},
}

func (k Kind) row() row { return kinds[k] }

// Error is one request's fault.
type Error struct {
	Kind   Kind
	Method string
	// URL is what was asked, without query.
	URL string
	// Status is the HTTP status, 0 where no answer came.
	Status int
	// Message is what the server said in JSON, shortened and cleaned, or what the
	// network said. May be empty.
	Message string

	// target is where a redirect leads, without query.
	target string
	// wait is how long the answer asks to be left alone.
	wait time.Duration
	// place is that of the endpoint on a JupyterHub.
	place hubPlace
	// err is what this amounts to in package elyra.
	err error
}

func (e *Error) Error() string {
	if e.err != nil && e.Kind != KindNotFound {
		return e.err.Error()
	}
	text := e.Kind.row().happened
	if e.target != "" {
		text += " at " + e.target
	}
	if e.Status != 0 {
		text += fmt.Sprintf(" (status %d)", e.Status)
	}
	if e.Message != "" {
		text += ": " + strings.TrimSuffix(e.Message, ".")
	}
	return text + "; the request was " + e.Method + " " + e.URL
}

// Unwrap returns the error of package elyra that this one amounts to, if any.
func (e *Error) Unwrap() error { return e.err }

// NextStep says in a sentence or two what to do about it. Empty where the
// sentinel that the error wraps says all.
func (e *Error) NextStep() string {
	next := e.place.explain(e.Kind.row().next)
	if e.Kind == KindWrongURL && e.place.withoutPage != "" {
		next += fmt.Sprintf(" Perhaps it is the address of a page; then set the endpoint to the server's:\n\n    endpoint = %q", e.place.withoutPage)
	}
	return next
}
