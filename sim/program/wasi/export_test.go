package wasi

import "github.com/tetratelabs/wazero"

// LoadInterpreted is [Load] for machines without a compiler: the module is interpreted.
func LoadInterpreted(name string, module []byte, c Config) (*Program, error) {
	return load(name, module, c, wazero.NewRuntimeConfigInterpreter())
}

// LoadFresh is [Load], but each life begins in a new instance.
func LoadFresh(name string, module []byte, c Config) (*Program, error) {
	p, err := Load(name, module, c)
	if err == nil {
		p.rooms.again = false
	}
	return p, err
}

// Again is how many lives began in an instance that was used before.
func (p *Program) Again() int { return p.rooms.taken }
