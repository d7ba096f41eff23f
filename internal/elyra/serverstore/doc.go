// Package serverstore keeps instances on a Jupyter Server, through the REST
// endpoint of its Elyra extension.
//
// # Requests
//
//	Create            POST         {endpoint}/elyra/metadata/{schemaspace}
//	Get               GET          {endpoint}/elyra/metadata/{schemaspace}/{name}
//	List, shared Get  GET          {endpoint}/elyra/metadata/{schemaspace}
//	Update            GET, PUT     {endpoint}/elyra/metadata/{schemaspace}/{name}
//	Delete            GET, DELETE  {endpoint}/elyra/metadata/{schemaspace}/{name}
//	Properties        GET          {endpoint}/elyra/schema/{schemaspace}
//
// A list of 1,000 instances costs the server as much as 20 single reads, so the
// reads of a plan share one. A name that the list lacks is asked for by itself: the
// list leaves invalid instances out. What this process wrote is never answered from
// a list that may be older. Reads carry no_track_activity=1, so that they don't count
// as activity on a server without a Hub. A password costs a POST {endpoint}/login.
//
// # From an answer to an error
//
// Each attempt is an exchange, which is of the first kind that matches it. A kind has
// its text, and says what follows from it: whether to retry, whether the request may
// have been carried out. Only an answer in Elyra's own words about an
// instance becomes an error of package elyra, and only Elyra's words are quoted:
// other text may carry secrets. Redirects are reported, never followed.
//
// A write is done or refused if Elyra says so. After any other answer, the store
// looks what is there and decides by that. It never simply repeats a POST, because
// that turns a success into a conflict.
//
// Measured on Elyra 3.15 and 4.1 with Jupyter Server 1.24 and 2.21. Package elyratest
// stands in for both, and its tests compare it with them.
package serverstore
