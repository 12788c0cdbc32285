//go:build !soak

package soak

// Deep is set by the build tag soak.
const Deep = false
