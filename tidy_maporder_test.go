package simrun_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// checkMapOrder reports iteration over a map whose order can be seen.
//
// It can't be seen where the body of the loop only counts, writes into another
// map under the same key, deletes, keeps a minimum or maximum, sets constants, or
// collects into a slice that the same function sorts afterwards.
func checkMapOrder(p *pkg) {
	checkCalls(p)
	for _, f := range p.Syntax {
		for _, d := range f.Decls {
			p.checkRanges(d)
			p.checkKeys(d)
		}
	}
}

const sortKeys = "the order of a map differs from run to run: collect the keys and sort them (slices.Sorted(maps.Keys(m))), or keep a slice"

func (p *pkg) checkRanges(around ast.Decl) {
	ast.Inspect(around, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok || !p.isMap(loop.X) && !p.isMapSeq(loop.X) {
			return true
		}
		v := orderVisitor{p: p, around: around, loop: loop}
		if loop.Key != nil && !isBlank(loop.Key) {
			v.key = p.object(loop.Key)
		}
		if at := v.visible(loop.Body); at.IsValid() {
			p.report(at, "%s", sortKeys)
		}
		return true
	})
}

// checkKeys reports maps.Keys, Values and All that are neither sorted nor put into a map again.
func (p *pkg) checkKeys(around ast.Decl) {
	fine := map[ast.Expr]bool{}
	ast.Inspect(around, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			fine[n.X] = true // judged by checkRanges
		case *ast.CallExpr:
			switch p.callee(n) {
			case "slices.Sorted", "slices.SortedFunc", "maps.Collect", "maps.Insert":
				for _, a := range n.Args {
					fine[a] = true
				}
			}
			if p.isMapSeq(n) && !fine[n] {
				p.report(n.Pos(), "%s", sortKeys)
			}
		}
		return true
	})
}

// An orderVisitor looks in the body of one loop over a map for effects that
// depend on the order of iteration.
type orderVisitor struct {
	p      *pkg
	around ast.Decl // the function around the loop
	loop   *ast.RangeStmt
	key    types.Object
}

// visible returns the first place in s where the order shows, or no position.
func (v *orderVisitor) visible(s ast.Stmt) token.Pos {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt, *ast.IncDecStmt, *ast.BranchStmt, *ast.DeclStmt:
		return token.NoPos
	case *ast.BlockStmt:
		return v.first(s.List)
	case *ast.IfStmt:
		return v.first([]ast.Stmt{s.Init, s.Body, s.Else})
	case *ast.SwitchStmt:
		return v.first(append([]ast.Stmt{s.Init}, s.Body.List...))
	case *ast.TypeSwitchStmt:
		return v.first(append([]ast.Stmt{s.Init}, s.Body.List...))
	case *ast.CaseClause:
		return v.first(s.Body)
	case *ast.ForStmt:
		return v.first([]ast.Stmt{s.Init, s.Post, s.Body})
	case *ast.RangeStmt:
		return v.visible(s.Body)
	case *ast.LabeledStmt:
		return v.visible(s.Stmt)
	case *ast.ReturnStmt:
		for _, r := range s.Results {
			if !v.constant(r) {
				return s.Pos()
			}
		}
		return token.NoPos
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok && v.p.builtin(call, "delete", "clear", "panic") {
			return token.NoPos
		}
		return s.Pos()
	case *ast.AssignStmt:
		return v.assignment(s)
	}
	return s.Pos()
}

func (v *orderVisitor) first(list []ast.Stmt) token.Pos {
	for _, s := range list {
		if isNilStmt(s) {
			continue
		}
		if at := v.visible(s); at.IsValid() {
			return at
		}
	}
	return token.NoPos
}

func (v *orderVisitor) assignment(s *ast.AssignStmt) token.Pos {
	switch s.Tok {
	case token.DEFINE:
		return token.NoPos
	case token.ADD_ASSIGN, token.SUB_ASSIGN, token.MUL_ASSIGN, token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.AND_NOT_ASSIGN:
		if b, ok := v.p.TypesInfo.TypeOf(s.Lhs[0]).Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
			return token.NoPos
		}
		return s.Pos() // strings are joined in order, and floats round in order
	case token.ASSIGN:
		for i, l := range s.Lhs {
			var r ast.Expr
			if len(s.Rhs) == len(s.Lhs) {
				r = s.Rhs[i]
			}
			if !v.harmless(l, r) {
				return s.Pos()
			}
		}
		return token.NoPos
	}
	return s.Pos()
}

// harmless reports whether l = r leaves the same behind in every order.
func (v *orderVisitor) harmless(l, r ast.Expr) bool {
	if isBlank(l) || v.local(l) || r != nil && v.constant(r) {
		return true
	}
	if ix, ok := l.(*ast.IndexExpr); ok && v.key != nil && v.mentions(ix.Index, v.key) {
		return true // each key has a place of its own
	}
	call, ok := r.(*ast.CallExpr)
	if !ok {
		return false
	}
	if v.p.builtin(call, "min", "max") {
		return true
	}
	return v.p.builtin(call, "append") && v.sortedLater(l)
}

// local reports whether l is a variable of the loop's body.
func (v *orderVisitor) local(l ast.Expr) bool {
	id, ok := l.(*ast.Ident)
	if !ok {
		return false
	}
	obj := v.p.object(id)
	return obj != nil && v.loop.Pos() <= obj.Pos() && obj.Pos() < v.loop.End()
}

func (v *orderVisitor) constant(e ast.Expr) bool {
	tv := v.p.TypesInfo.Types[e]
	return tv.Value != nil || tv.IsNil()
}

func (v *orderVisitor) mentions(e ast.Expr, obj types.Object) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && v.p.object(id) == obj {
			found = true
		}
		return !found
	})
	return found
}

// sortedLater reports whether the function sorts l after the loop.
func (v *orderVisitor) sortedLater(l ast.Expr) bool {
	want, found := types.ExprString(l), false
	ast.Inspect(v.around, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || call.Pos() < v.loop.End() || len(call.Args) == 0 {
			return true
		}
		name := v.p.callee(call)
		if (strings.HasPrefix(name, "slices.Sort") || strings.HasPrefix(name, "sort.")) && types.ExprString(call.Args[0]) == want {
			found = true
		}
		return !found
	})
	return found
}

func (p *pkg) object(e ast.Expr) types.Object {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	return p.TypesInfo.ObjectOf(id)
}

func (p *pkg) isMap(e ast.Expr) bool {
	t := p.TypesInfo.TypeOf(e)
	if t == nil {
		return false
	}
	if tp, ok := t.(*types.TypeParam); ok {
		t = tp.Constraint()
		if u, ok := t.Underlying().(*types.Interface); ok && u.NumEmbeddeds() == 1 {
			t = u.EmbeddedType(0)
			if un, ok := t.(*types.Union); ok && un.Len() == 1 {
				t = un.Term(0).Type()
			}
		}
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// isMapSeq reports whether e is a call of maps.Keys, maps.Values or maps.All.
func (p *pkg) isMapSeq(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch p.callee(call) {
	case "maps.Keys", "maps.Values", "maps.All":
		return true
	}
	return false
}

// callee returns the full name of the function that is called: "slices.Sort".
func (p *pkg) callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	if ix, ok := fun.(*ast.IndexExpr); ok {
		fun = ix.X
	}
	var id *ast.Ident
	switch f := fun.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return ""
	}
	if fn, ok := p.TypesInfo.Uses[id].(*types.Func); ok {
		return fn.FullName()
	}
	return ""
}

func (p *pkg) builtin(call *ast.CallExpr, names ...string) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := p.TypesInfo.Uses[id].(*types.Builtin)
	if !ok {
		return false
	}
	for _, n := range names {
		if b.Name() == n {
			return true
		}
	}
	return false
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// isNilStmt sees through the typed nils of the syntax tree's optional fields.
func isNilStmt(s ast.Stmt) bool {
	b, ok := s.(*ast.BlockStmt)
	return s == nil || ok && b == nil
}
