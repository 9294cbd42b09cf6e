"""What any model needs: registry, arithmetic on numbers, sliders and cells, bounds, finance, depreciation."""
