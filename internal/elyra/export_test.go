package elyra

// For the tests, which see the package as others do.
var (
	ErrNoName          = errNoName
	PullPolicies       = pullPolicies
	ValidatePullPolicy = checkPullPolicy
	ValidatePullSecret = checkPullSecret
)
