package sayso

import saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"

// Named selects entities by words of a name, an alias or a title.
func Named(name string) *saysov1.EntitySelector {
	return &saysov1.EntitySelector{Selector: &saysov1.EntitySelector_Name{Name: name}}
}

// WithID selects the entity of an id, such as "person/ada-lind".
func WithID(id string) *saysov1.EntitySelector {
	return &saysov1.EntitySelector{Selector: &saysov1.EntitySelector_Id{Id: id}}
}
