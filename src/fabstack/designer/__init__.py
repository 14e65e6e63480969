"""From a technology and a volume to a plant: routes, tool groups, counts, money, people."""

from fabstack.designer.bands import Beside, beside_published
from fabstack.designer.design import Design, design
from fabstack.designer.expansion import Flow, FlowStep, expand
from fabstack.designer.library import Library
from fabstack.designer.money import Money, Space
from fabstack.designer.people import Role
from fabstack.designer.plant import PlantDesign, Product, design_plant, product
from fabstack.designer.programme import Names, programme_of
from fabstack.designer.reading import read_folders, read_library
from fabstack.designer.sizing import ToolGroup

__all__ = [
    "Beside",
    "Design",
    "Flow",
    "FlowStep",
    "Library",
    "Money",
    "Names",
    "PlantDesign",
    "Product",
    "Role",
    "Space",
    "ToolGroup",
    "beside_published",
    "design",
    "design_plant",
    "expand",
    "product",
    "programme_of",
    "read_folders",
    "read_library",
]
