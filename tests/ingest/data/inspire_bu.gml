<?xml version="1.0" encoding="UTF-8"?>
<!-- Made for tests after the INSPIRE schema Buildings core 2D 4.0; the buildings are invented. -->
<base:SpatialDataSet xmlns:base="http://inspire.ec.europa.eu/schemas/base/3.3"
    xmlns:bu-core2d="http://inspire.ec.europa.eu/schemas/bu-core2d/4.0"
    xmlns:bu-base="http://inspire.ec.europa.eu/schemas/bu-base/4.0"
    xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:gmd="http://www.isotc211.org/2005/gmd"
    xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" gml:id="set">
  <base:identifier><base:Identifier>
    <base:localId>set</base:localId><base:namespace>XX.TEST.BU</base:namespace>
  </base:Identifier></base:identifier>
  <base:metadata xsi:nil="true"/>
  <base:member>
    <bu-core2d:Building gml:id="b.1">
      <bu-base:beginLifespanVersion>2020-05-01T00:00:00</bu-base:beginLifespanVersion>
      <bu-base:conditionOfConstruction xlink:href="http://inspire.ec.europa.eu/codelist/ConditionOfConstructionValue/functional"/>
      <bu-base:dateOfConstruction><bu-base:DateOfEvent>
        <bu-base:beginning>1980-01-01T00:00:00</bu-base:beginning><bu-base:end>1981-12-31T00:00:00</bu-base:end>
      </bu-base:DateOfEvent></bu-base:dateOfConstruction>
      <bu-base:heightAboveGround><bu-base:HeightAboveGround>
        <bu-base:heightReference>http://inspire.ec.europa.eu/codelist/ElevationReferenceValue/generalRoof</bu-base:heightReference>
        <bu-base:lowReference>http://inspire.ec.europa.eu/codelist/ElevationReferenceValue/generalGround</bu-base:lowReference>
        <bu-base:status>measured</bu-base:status><bu-base:value uom="m">12.5</bu-base:value>
      </bu-base:HeightAboveGround></bu-base:heightAboveGround>
      <bu-base:inspireId><base:Identifier>
        <base:localId>1</base:localId><base:namespace>XX.TEST.BU</base:namespace>
      </base:Identifier></bu-base:inspireId>
      <bu-base:currentUse><bu-base:CurrentUse>
        <bu-base:currentUse xlink:href="http://inspire.ec.europa.eu/codelist/CurrentUseValue/residential"/>
        <bu-base:percentage>100</bu-base:percentage>
      </bu-base:CurrentUse></bu-base:currentUse>
      <bu-base:numberOfDwellings>8</bu-base:numberOfDwellings>
      <bu-base:numberOfBuildingUnits>9</bu-base:numberOfBuildingUnits>
      <bu-base:numberOfFloorsAboveGround>4</bu-base:numberOfFloorsAboveGround>
      <bu-core2d:geometry2D><bu-base:BuildingGeometry2D>
        <bu-base:geometry>
          <gml:Polygon gml:id="p.1" srsName="http://www.opengis.net/def/crs/EPSG/0/3035"><gml:exterior><gml:LinearRing>
            <gml:posList>3210000 4321000 3210000 4321010 3210012 4321010 3210012 4321000 3210000 4321000</gml:posList>
          </gml:LinearRing></gml:exterior></gml:Polygon>
        </bu-base:geometry>
        <bu-base:referenceGeometry>true</bu-base:referenceGeometry>
        <bu-base:horizontalGeometryReference>footPrint</bu-base:horizontalGeometryReference>
      </bu-base:BuildingGeometry2D></bu-core2d:geometry2D>
    </bu-core2d:Building>
  </base:member>
  <base:member>
    <bu-core2d:Building gml:id="b.2">
      <bu-base:beginLifespanVersion>2021-01-01T00:00:00</bu-base:beginLifespanVersion>
      <bu-base:conditionOfConstruction xlink:href="http://inspire.ec.europa.eu/codelist/ConditionOfConstructionValue/ruin"/>
      <bu-base:inspireId><base:Identifier>
        <base:localId>2</base:localId><base:namespace>XX.TEST.BU</base:namespace>
      </base:Identifier></bu-base:inspireId>
      <bu-core2d:geometry2D><bu-base:BuildingGeometry2D>
        <bu-base:geometry>
          <gml:Polygon gml:id="p.2" srsName="http://www.opengis.net/def/crs/EPSG/0/3035"><gml:exterior><gml:LinearRing>
            <gml:posList>3210020 4321000 3210020 4321010 3210025 4321010 3210025 4321000 3210020 4321000</gml:posList>
          </gml:LinearRing></gml:exterior></gml:Polygon>
        </bu-base:geometry>
        <bu-base:referenceGeometry>true</bu-base:referenceGeometry>
        <bu-base:horizontalGeometryReference>footPrint</bu-base:horizontalGeometryReference>
      </bu-base:BuildingGeometry2D></bu-core2d:geometry2D>
    </bu-core2d:Building>
  </base:member>
</base:SpatialDataSet>
