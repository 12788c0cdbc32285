package wasi

import "github.com/tetratelabs/wazero"

// LoadInterpreted is [Load] for machines without a compiler: the module is interpreted.
func LoadInterpreted(name string, module []byte, c Config) (*Program, error) {
	return load(name, module, c, wazero.NewRuntimeConfigInterpreter())
}
