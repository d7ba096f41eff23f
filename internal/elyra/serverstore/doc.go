// Package serverstore keeps runtime images on a Jupyter Server, through the
// REST endpoint of its Elyra extension.
//
// # Requests
//
//	Create   POST   {endpoint}/elyra/metadata/runtime-images
//	Get      GET    {endpoint}/elyra/metadata/runtime-images/{name}
//	Refresh  GET    {endpoint}/elyra/metadata/runtime-images           once for all names
//	         GET    {endpoint}/elyra/metadata/runtime-images/{name}    where the list is no answer
//	Update   GET, PUT {endpoint}/elyra/metadata/runtime-images/{name}
//	Delete   DELETE {endpoint}/elyra/metadata/runtime-images/{name}
//	List     GET    {endpoint}/elyra/metadata/runtime-images
//	Supports GET    {endpoint}/elyra/schema/runtime-images/runtime-image
//
// A list of 1,000 instances costs the server as much as 20 single reads, so the
// refreshes of a plan share one, for a second at most: others write, too. A name
// that the list lacks is asked for by itself before it counts as gone: the list
// leaves invalid instances out without a word. What this process wrote is never
// answered from a list that may be older. Reads carry no_track_activity=1, which
// keeps them from counting as activity on a Jupyter Server without a Hub.
//
// # Faults
//
// Every answer that is no success, and every failure to get one, becomes an
// [Error] whose [Kind] tells what happened and whose NextStep tells what to do.
// Only a JSON 404 in which Elyra itself says that it has no such instance is an
// [elyra.ErrNotFound]. Text is taken over from JSON alone, since the HTML pages
// of a Jupyter Server can carry its token. Redirects are reported, never
// followed.
//
// Connection errors, 429, 502, 503 and 504 are tried again; 500 is not, for it
// is how Elyra reports many a fault of the caller. A write is done or refused
// where Elyra itself says so. After any other answer the store looks what is
// there and judges by that; a POST is never simply repeated, since that turns a
// success into a conflict. For some seconds after a request has used up its
// retries, reads fail with its error, and so do writes where the server hangs:
// what was not sent is not uncertain.
//
// Measured on Elyra 4.1 with Jupyter Server 2.21; package elyratest stands in
// for both and is held against them by its tests.
package serverstore
